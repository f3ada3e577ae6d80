"""This machine and the settings: data folder, disk, ports, deadlines, the model; and the shop by HTTP."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mesh.actor import discover
from mesh.checks.finding import Finding, fail, ok, warn
from mesh.secret import agentmail_key, agentmail_secrets
from mesh.settings import LanguageModel, Settings
from mesh.shop import Shop

GIB = 2**30
SCARCE, LITTLE = GIB // 4, 2 * GIB
KEYLESS = ("ollama", "ollama_chat", "hosted_vllm", "lm_studio", "llamafile")


async def shop(settings: Settings) -> list[Finding]:
    async with Shop.open(settings) as opened:
        answers = await opened.health()
    targets = settings.shop_targets
    return [
        ok(f"shop.{name}", targets[name])
        if well
        else fail(f"shop.{name}", f"no answer at {targets[name]}", f"start it, or set {name.upper()}_URL")
        for name, well in answers.items()
    ]


def check(settings: Settings) -> list[Finding]:
    """What can be seen without asking anybody."""
    found = (*_folder(settings), *_ports(settings), *_timeouts(settings), *_deadlines(settings), *_model(settings))
    return [*found, _mail(settings)]


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.mesh_data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"mesh doctor")
    except OSError as error:
        advice = "set MESH_DATA_DIR to a folder that we may write to"
        yield fail("data_dir", f"{folder} cannot be written: {error.strerror}", advice)
        return
    yield ok("data_dir", str(folder.resolve()))
    yield _disk(folder)


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    words = f"{free / GIB:,.1f} GiB free at {folder}"
    if free < SCARCE:
        return fail("disk", words, "make room: soon no message can be kept")
    return warn("disk", words, "make room, or move MESH_DATA_DIR") if free < LITTLE else ok("disk", words)


def _ports(settings: Settings) -> Iterator[Finding]:
    ports = {name: getattr(settings, name) for name in type(settings).model_fields if name.endswith("_port")}
    twice = [port for port, count in Counter(ports.values()).items() if count > 1]
    if twice:
        names = ", ".join(sorted(name.upper() for name, port in ports.items() if port in twice))
        yield fail("settings.ports", f"the same port in {names}", "give each a port of its own")
    else:
        yield ok("settings.ports", "each has its own")


def _timeouts(settings: Settings) -> Iterator[Finding]:
    shortest = min(actor.policy.timeout for actor in discover().values())
    if settings.shop_timeout >= shortest:
        found = f"SHOP_TIMEOUT is {settings.shop_timeout:g} s, an attempt of an actor {shortest:g} s"
        yield fail("settings.shop_timeout", found, "make it shorter: else the attempt ends before the shop's answer")
    else:
        yield ok("settings.shop_timeout", f"{settings.shop_timeout:g} s")
    if settings.llm_timeout >= settings.chat_timeout:
        found = f"LLM_TIMEOUT is {settings.llm_timeout:g} s, CHAT_TIMEOUT {settings.chat_timeout:g} s"
        yield warn("settings.llm_timeout", found, "make it shorter: else customers see no reply while the model thinks")


def _deadlines(settings: Settings) -> Iterator[Finding]:
    ordered = [settings.human_deadline(urgency) for urgency in ("critical", "high", "medium", "low")]
    if ordered != sorted(ordered):
        found = f"HUMAN_DEADLINE_* are {', '.join(f'{one:g}' for one in ordered)} s from critical to low"
        yield warn("settings.human_deadlines", found, "give the more urgent message the shorter deadline")
    else:
        yield ok("settings.human_deadlines", "shorter for what is more urgent")


def _mail(settings: Settings) -> Finding:
    secrets = {"AGENTMAIL_API_KEY": agentmail_key, "AGENTMAIL_WEBHOOK_SECRETS": agentmail_secrets}
    missing = [name for name, kept in secrets.items() if settings.agentmail_url and not kept(settings).read()]
    if missing:
        found = f"AGENTMAIL_URL is set without {' and '.join(missing)}"
        return fail("mail", found, "set them: without, no mail is taken in, or none is sent")
    return ok("mail", settings.agentmail_target)


def _model(settings: Settings) -> Iterator[Finding]:
    stray = [name for name in ("llm_api_base", "llm_api_key") if getattr(settings, name)]
    if stray and settings.llm_model is None:
        named = " and ".join(name.upper() for name in stray)
        yield warn("llm", f"{named} set, LLM_MODEL not: they serve nothing", "set LLM_MODEL, or unset the others")
    elif not settings.language_models:
        yield ok("llm", "none: the rules answer")
    if settings.llm_models and settings.llm_model:
        yield warn("llm", "LLM_MODEL is set beside LLM_MODELS, and never asked", "name it in LLM_MODELS, or unset it")
    for model in settings.language_models:
        yield _reachable(model)


def _reachable(model: LanguageModel) -> Finding:
    if model.api_key is None and model.api_base is None and model.model.split("/")[0] not in KEYLESS:
        advice = "set LLM_API_KEY or its `api_key`, or the address of a server that needs none"
        return fail("llm", f"{model.model} without LLM_API_KEY", advice)
    return ok("llm", model.known_as)
