"""Changes to a customer."""

from datetime import timedelta
from typing import Final

from mock_services import answers, wishes
from mock_services.models import Customer, Note
from mock_services.problems import Unacceptable
from mock_services.rules.amounts import cents
from mock_services.shop import Change, Deed, Shop

SATURDAY: Final = 5


def change_tier(shop: Shop, customer: Customer, wish: wishes.TierWish) -> Change:
    changed = customer.model_copy(update={"tier": wish.tier})
    change_id = shop.new_id("CHG")
    done = f"{customer.name} is now a {wish.tier} customer."
    answer = answers.CustomerChanged(done=done, change_id=change_id, customer=changed)
    if changed == customer:
        return Change(answer, deed=None)
    deed = Deed("update_tier", customer.customer_id, {"from": customer.tier, "to": wish.tier, "change_id": change_id})
    return Change(answer, deed, (changed,))


def add_note(shop: Shop, customer: Customer, wish: wishes.NoteWish) -> Change:
    note = Note(note_id=shop.new_id("NOTE"), text=wish.text, at=shop.now())
    changed = customer.model_copy(update={"notes": (*customer.notes, note)})
    answer = answers.CustomerNoted(done="The note was added.", note_id=note.note_id, customer=changed)
    deed = Deed("add_customer_note", customer.customer_id, {"note_id": note.note_id, "text": wish.text})
    return Change(answer, deed, (changed,))


def give_credit(shop: Shop, customer: Customer, wish: wishes.CreditWish) -> Change:
    amount = cents(wish.amount, "store credit")
    changed = customer.model_copy(update={"store_credit": round(customer.store_credit + amount, 2)})
    credit_id = shop.new_id("CRED")
    answer = answers.CreditGiven(
        done=f"{amount:.2f} EUR store credit were added.",
        credit_id=credit_id,
        amount=amount,
        currency="EUR",
        customer=changed,
    )
    deed = Deed("store_credit", customer.customer_id, {"credit_id": credit_id, "amount": amount, "reason": wish.reason})
    return Change(answer, deed, (changed,))


def book_callback(shop: Shop, customer: Customer, wish: wishes.CallbackWish) -> Change:
    phone = wish.phone or customer.phone
    if not phone:
        raise Unacceptable("phone_missing", "We have no phone number to call back.")
    callback_id, when = shop.new_id("CALL"), wish.when or _next_working_morning(shop)
    answer = answers.CallbackBooked(
        done=f"We will call {phone}: {when}.",
        callback_id=callback_id,
        phone=phone,
        when=when,
        customer_id=customer.customer_id,
    )
    deed = Deed(
        "callback",
        customer.customer_id,
        {"callback_id": callback_id, "phone": phone, "when": when, "reason": wish.reason},
    )
    return Change(answer, deed)


def escalate(shop: Shop, customer: Customer, wish: wishes.EscalationWish) -> Change:
    escalation_id = shop.new_id("ESC")
    done = "A supervisor has the case."
    answer = answers.Escalated(done=done, escalation_id=escalation_id, customer_id=customer.customer_id)
    deed = Deed("escalation", customer.customer_id, {"escalation_id": escalation_id, "reason": wish.reason})
    return Change(answer, deed)


def _next_working_morning(shop: Shop) -> str:
    day = shop.today + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return f"{day:%Y-%m-%d} between 9:00 and 12:00"
