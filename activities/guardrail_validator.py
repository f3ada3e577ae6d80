"""May this reply go out?"""

from activities._conservative import passed
from activities._guardrails import Check, Finding, Remedy, objections, redacted, remedy_for
from activities._known import Known
from activities._plan_check import unauthorised
from activities.response_generator import Response
from mesh.actor import actor
from mesh.errors import Permanent
from mesh.protocol import Enrichment, Message

__all__ = ["Check", "Finding", "GuardrailCheck", "Remedy", "guardrail_validator"]


class GuardrailCheck(Enrichment, slot="guardrail_check"):
    """The verdict. `action` is what the findings call for; a reply that was redacted has passed."""

    passed: bool
    action: Remedy | None = None
    findings: tuple[Finding, ...] = ()


@actor("guardrail_validator", rides=True)
async def guardrail_validator(message: Message) -> GuardrailCheck | tuple[GuardrailCheck, Response]:
    """The verdict on the reply, and the reply as it may go out when something had to be blacked out.

    Raises:
        Permanent: the reply may not go out; the verdict says why and what to do.
    """
    response = message.need(Response)
    if response.author == "human":
        return GuardrailCheck(passed=True)
    known = Known.of(message)
    findings = objections(response.text, known) + unauthorised(message)
    match remedy_for(findings):
        case None:
            passed(response, message)
            return GuardrailCheck(passed=True)
        case "redact":
            clean = response.model_copy(update={"text": redacted(response.text, known)})
            return GuardrailCheck(passed=True, action="redact", findings=findings), clean
        case remedy:
            # The checks by name alone: this text is shown to operators, and the findings may quote the reply.
            failed = ", ".join(dict.fromkeys(finding.check for finding in findings))
            raise Permanent(
                f"the reply failed the check for {failed}",
                GuardrailCheck(passed=False, action=remedy, findings=findings),
            )
