"""May this plan be carried out? It must keep to the customer's own orders and to what they have paid."""

from activities._guardrails import Finding
from activities._reply import Action, ActionPlan
from activities.context_retriever import Context
from activities.execution_coordinator import ExecutionResult
from mesh.protocol import Message

CENT = 0.005


def unauthorised(message: Message) -> tuple[Finding, ...]:
    """An objection for each planned action that nobody may do. What was done already is not judged again."""
    plan, context = message.get(ActionPlan), message.get(Context)
    if plan is None or message.get(ExecutionResult) is not None:
        return ()
    reasons = filter(None, (_objection(action, context or Context()) for action in plan.actions))
    return tuple(Finding(check="unauthorised_action", reason=reason, action="regenerate") for reason in reasons)


def _objection(action: Action, context: Context) -> str:
    if action.order_id is not None and context.order(action.order_id) is None:
        return f"{action.name} is about an order that is not this customer's."
    order = context.order(action.order_id) if action.order_id else None
    if action.name == "process_refund" and order and (action.amount or 0) > order.paid - order.refunded + CENT:
        return "process_refund is over more than what is left of the payment."
    if action.customer_id and (context.customer is None or action.customer_id != context.customer.customer_id):
        return f"{action.name} is about another customer."
    return ""
