"""`dailypapers vectors`: find papers by meaning with a model of the user."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from reader.api import (
    APP,
    CacheError,
    Command,
    ConfigError,
    Extension,
    Progress,
    UsageError,
    Vectors,
    Workspace,
    add_actions,
    add_quiet,
    amount,
    answer,
    clean,
    paths,
    print_line,
)

if TYPE_CHECKING:
    from reader.api import Encoder


def _add_arguments(parser: ArgumentParser) -> None:
    add_actions(parser, ACTIONS)
    about = "its name on the hub, for fetch (default: the one in the settings)"
    parser.add_argument("model", nargs="?", metavar="MODEL", help=about)
    parser.add_argument("--sha256", metavar="HEX", default="", help="the digest that the fetched file must have")
    add_quiet(parser, "print only problems")


def _run_vectors(arguments: Namespace, workspace: Workspace) -> int:
    if arguments.model and arguments.what != "fetch":
        raise UsageError(f"{arguments.what} takes no model: 'dailypapers config set vectors.model NAME' sets one.")
    run, _ = ACTIONS[arguments.what]
    return run(arguments, workspace)


def _print_status(arguments: Namespace, workspace: Workspace) -> int:
    settings = workspace.settings.vectors
    trouble, encoder = _try_encoder(workspace)
    done = total = size = numbers = 0
    if encoder is not None:
        from reader.api import vectors

        with workspace.window() as window:
            file = workspace.cache_file
            done, total = window.read(lambda one: vectors.count(one, file, encoder.key))
            found = window.read(lambda one: vectors.open_vectors(one, file, encoder.key))
        numbers = found.rows.shape[1] if found is not None else 0
        size = vectors.size_of(file, encoder.key)
    if arguments.json:
        record = VectorsStatus(
            on=settings.is_on,
            model=settings.model or None,
            server=settings.server or None,
            papers=done,
            of=total,
            numbers=numbers or None,
            bytes=size,
            trouble=trouble or None,
        )
        return answer(arguments, record)
    if trouble:
        raise ConfigError(trouble)
    if encoder is None:
        print_line("No model is set, so ~ finds papers by words alone. To use your own:")
        print_line(f"  {APP} config set vectors.server http://localhost:11434   and   vectors.model NAME")
        print_line(f"  {APP} vectors fetch minishlab/potion-base-8M              a static model, by model2vec")
        return 0
    print_line(f"{clean(settings.model)}, {clean(settings.server) or 'a static model'}")
    print_line(f"{done:,} of {amount(total, 'paper')} have a vector" + (f" of {numbers:,} numbers" if numbers else ""))
    print_line(f"{size / (1 << 20):,.1f} MiB")
    if done < total:
        print_line(f"'{APP} vectors build' makes the rest; the reader does so while it is open.")
    return 0


def _try_encoder(workspace: Workspace) -> tuple[str, Encoder | None]:
    from reader.api import open_encoder

    try:
        return "", open_encoder(workspace.settings.vectors, workspace.cache_file)
    except ConfigError as error:
        return str(error), None


def _build(arguments: Namespace, workspace: Workspace) -> int:
    from reader.api import MakeVectors, VectorsMade, run_job

    if not workspace.settings.vectors.is_on:
        raise UsageError(f"No model is set. '{APP} vectors status' says how.")
    workspace.ensure_cache()
    messages = run_job(workspace, MakeVectors(), quiet=arguments.quiet)
    made = [message for message in messages if isinstance(message, VectorsMade)][-1]
    said = f"{amount(made.new, 'new vector')}; {amount(made.done, 'paper')} have one."
    return answer(arguments, Built(new=made.new, papers=made.done), *([] if arguments.quiet else [said]))


def _drop(arguments: Namespace, workspace: Workspace) -> int:
    import shutil

    from reader.api import vectors

    file = workspace.cache_file
    models = paths.models_folder(file)
    freed = vectors.size(models)
    if file.parent.is_dir():
        with vectors.alone(file):
            freed += vectors.drop(file)
        shutil.rmtree(models, ignore_errors=True)
    if models.is_dir():
        raise CacheError(f"{models} can't be deleted; another program may be reading it.")
    lines = [f"{freed / (1 << 20):,.1f} MiB freed." if freed else "There were none."]
    if workspace.settings.vectors.is_on:
        lines.append(f"The reader makes them again; \"{APP} config set vectors.model ''\" switches them off.")
    return answer(arguments, VectorsDropped(freed_bytes=freed), *([] if arguments.quiet else lines))


def _fetch(arguments: Namespace, workspace: Workspace) -> int:
    from reader.api import is_offline, lookup_environment
    from reader.extensions.vectors.hub import HubClient

    settings = workspace.settings.vectors
    name = arguments.model or ("" if settings.server else settings.model)
    if not name:
        raise UsageError("Name a static model of the hub: dailypapers vectors fetch minishlab/potion-base-8M.")
    client = HubClient(workspace.settings.endpoint, offline=is_offline(lookup_environment()))

    async def fetch(progress: Progress) -> Model:
        try:
            fetched = await client.fetch(
                name,
                paths.models_folder(workspace.cache_file),
                lambda come, of: progress.show(f"{come / 1e6:,.1f} of {of / 1e6:,.1f} MB"),
                sha256=arguments.sha256,
            )
        finally:
            await client.aclose()
        return Model(model=name, folder=str(fetched.folder), commit=fetched.commit, sha256=dict(fetched.sha256))

    with Progress() as progress:
        said = asyncio.run(fetch(progress))
    lines = [f"{clean(name)}, commit {said['commit']}"]
    lines += [f"  {digest}  {file}" for file, digest in said["sha256"].items()]
    if settings.model != name or settings.server:
        lines.append(f"To use it: {APP} config set vectors.model {clean(name)}")
    return answer(arguments, said, *([] if arguments.quiet else lines))


ACTIONS = {
    "status": (_print_status, "print the model, how many papers have a vector, and their size; no server is asked"),
    "build": (_build, "make the missing vectors; if stopped, the next run resumes"),
    "drop": (_drop, "delete all vectors and fetched static models; the next build makes the vectors again"),
    "fetch": (_fetch, "fetch a static model from the hub, and check its digest"),
}


class VectorsStatus(TypedDict):
    """The model, and how many papers have a vector."""

    on: bool
    model: str | None
    server: str | None
    papers: int
    of: int
    numbers: int | None
    bytes: int
    trouble: str | None


Built = TypedDict("Built", {"new": int, "papers": int})
VectorsDropped = TypedDict("VectorsDropped", {"freed_bytes": int})
Model = TypedDict("Model", {"model": str, "folder": str, "commit": str, "sha256": dict[str, str]})

VECTORS = Command(
    "vectors",
    "Search by meaning with a model of your own: a server with /v1/embeddings, or a static model. Nothing is fetched "
    "and no server is asked unless your settings say so.",
    (),
    _add_arguments,
    _run_vectors,
    {"status": VectorsStatus, "build": Built, "drop": VectorsDropped, "fetch": Model},
)


def open_model(settings: Vectors, cache: Path) -> Encoder:
    """The model of the settings, which name one; raises ConfigError."""
    if settings.is_static:
        from reader.extensions.vectors.encoders import StaticEncoder

        encoder: Encoder = StaticEncoder(_static_folder(settings, cache))
    else:
        from reader.extensions.vectors.encoders import EndpointEncoder

        encoder = EndpointEncoder(settings)
    if settings.before_paper:
        # The vectors of papers depend on what is put before them too.
        encoder.key += f" {settings.before_paper!r}"
    return encoder


def _static_folder(settings: Vectors, cache: Path) -> Path:
    """The folder of a static model; a relative path starts at the settings file's folder.

    Raises ConfigError if it is not there.
    """
    from reader.extensions.vectors.hub import is_name, model_folder

    named = paths.config_file().parent / Path(settings.model).expanduser()
    if named.is_dir():
        return named
    if is_name(settings.model):
        fetched = model_folder(paths.models_folder(cache), settings.model)
        if fetched.is_dir():
            return fetched
        advice = f"'dailypapers vectors fetch {settings.model}' fetches it"
        raise ConfigError(f"The model {settings.model} is not on this machine; {advice}.")
    raise ConfigError(f"There is no folder {named} with a static model.")


EXTENSION = Extension(name="vectors", api=1, commands=(VECTORS,), encoders=(open_model,))
