"""Candidates and needs as these tests make them."""

from typing import Any

from mesh.assignment.rules import Candidate, Need


def somebody(person: str = "ann", *skills: str, capacity: int = 4, **more: Any) -> Candidate:
    return Candidate(person=person, skills=skills, capacity=capacity, **more)


def a_need(session_id: str = "s-1", skill: str = "billing", **more: Any) -> Need:
    return Need(session_id=session_id, message_id=f"m-{session_id}", skill=skill, **more)
