"""`dailypapers vectors`: find papers by meaning with a model of the user."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TypedDict

from reader import api
from reader.api import paths, vectors


def _add_arguments(parser: ArgumentParser) -> None:
    api.add_actions(parser, ACTIONS)
    about = "its name on the hub, for fetch (default: the one in the settings)"
    parser.add_argument("model", nargs="?", metavar="MODEL", help=about)
    parser.add_argument("--sha256", metavar="HEX", default="", help="the digest that the fetched file must have")
    api.add_quiet(parser, "print only problems")


def _run_vectors(arguments: Namespace, workspace: api.Workspace) -> int:
    if arguments.model and arguments.what != "fetch":
        raise api.UsageError(f"{arguments.what} takes no model: 'dailypapers config set vectors.model NAME' sets one.")
    run, _ = ACTIONS[arguments.what]
    return run(arguments, workspace)


def _print_status(arguments: Namespace, workspace: api.Workspace) -> int:
    settings = workspace.settings.vectors
    trouble, encoder = "", None
    try:
        encoder = api.open_encoder(settings, workspace.cache_file)
    except api.ConfigError as error:
        trouble = str(error)
    done = total = size = numbers = 0
    if encoder is not None:
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
        return api.answer(arguments, record)
    if trouble:
        raise api.ConfigError(trouble)
    if encoder is None:
        api.print_line("No model is set, so ~ finds papers by words alone. To use your own:")
        api.print_line(f"  {api.APP} config set vectors.server http://localhost:11434   and   vectors.model NAME")
        api.print_line(f"  {api.APP} vectors fetch minishlab/potion-base-8M              a static model, by model2vec")
        return 0
    api.print_line(f"{api.clean(settings.model)}, {api.clean(settings.server) or 'a static model'}")
    api.print_line(
        f"{done:,} of {api.amount(total, 'paper')} have a vector" + (f" of {numbers:,} numbers" if numbers else "")
    )
    api.print_line(f"{size / (1 << 20):,.1f} MiB")
    if done < total:
        api.print_line(f"'{api.APP} vectors build' makes the rest; the reader does so while it is open.")
    return 0


def _build(arguments: Namespace, workspace: api.Workspace) -> int:

    if not workspace.settings.vectors.is_on:
        raise api.UsageError(f"No model is set. '{api.APP} vectors status' says how.")
    workspace.ensure_cache()
    messages = api.run_job(workspace, api.MakeVectors(), quiet=arguments.quiet)
    made = [message for message in messages if isinstance(message, api.VectorsMade)][-1]
    said = f"{api.amount(made.new, 'new vector')}; {api.amount(made.done, 'paper')} have one."
    return api.answer(arguments, Built(new=made.new, papers=made.done), *([] if arguments.quiet else [said]))


def _drop(arguments: Namespace, workspace: api.Workspace) -> int:
    import shutil

    file = workspace.cache_file
    models = paths.models_folder(file)
    freed = vectors.size(models)
    if file.parent.is_dir():
        with vectors.alone(file):
            freed += vectors.drop(file)
        shutil.rmtree(models, ignore_errors=True)
    if models.is_dir():
        raise api.CacheError(f"{models} can't be deleted; another program may be reading it.")
    lines = [f"{freed / (1 << 20):,.1f} MiB freed." if freed else "There were none."]
    if workspace.settings.vectors.is_on:
        lines.append(f"The reader makes them again; \"{api.APP} config set vectors.model ''\" switches them off.")
    return api.answer(arguments, VectorsDropped(freed_bytes=freed), *([] if arguments.quiet else lines))


def _fetch(arguments: Namespace, workspace: api.Workspace) -> int:
    from reader.extensions.vectors.hub import HubClient

    settings = workspace.settings.vectors
    name = arguments.model or ("" if settings.server else settings.model)
    if not name:
        raise api.UsageError("Name a static model of the hub: dailypapers vectors fetch minishlab/potion-base-8M.")
    client = HubClient(workspace.settings.endpoint, offline=api.is_offline(api.lookup_environment()))

    async def fetch(progress: api.Progress) -> Model:
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

    with api.Progress() as progress:
        said = asyncio.run(fetch(progress))
    lines = [f"{api.clean(name)}, commit {said['commit']}"]
    lines += [f"  {digest}  {file}" for file, digest in said["sha256"].items()]
    if settings.model != name or settings.server:
        lines.append(f"To use it: {api.APP} config set vectors.model {api.clean(name)}")
    return api.answer(arguments, said, *([] if arguments.quiet else lines))


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

VECTORS = api.Command(
    "vectors",
    "Search by meaning with a model of your own: a server with /v1/embeddings, or a static model. Nothing is fetched "
    "and no server is asked unless your settings say so.",
    (),
    _add_arguments,
    _run_vectors,
    {"status": VectorsStatus, "build": Built, "drop": VectorsDropped, "fetch": Model},
)


def open_model(settings: api.Vectors, cache: Path) -> api.Encoder:
    """The model of the settings, which name one; raises ConfigError."""
    if settings.is_static:
        from reader.extensions.vectors.encoders import StaticEncoder

        encoder: api.Encoder = StaticEncoder(_static_folder(settings, cache))
    else:
        from reader.extensions.vectors.encoders import EndpointEncoder

        encoder = EndpointEncoder(settings)
    if settings.before_paper:
        # The vectors of papers depend on what is put before them too.
        encoder.key += f" {settings.before_paper!r}"
    return encoder


def _static_folder(settings: api.Vectors, cache: Path) -> Path:
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
        raise api.ConfigError(f"The model {settings.model} is not on this machine; {advice}.")
    raise api.ConfigError(f"There is no folder {named} with a static model.")


EXTENSION = api.Extension(name="vectors", api=1, commands=(VECTORS,), encoders=(open_model,))
