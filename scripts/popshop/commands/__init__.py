"""One module per entry of `popshop`, loaded only when it is asked for. Each exposes `app = typer.Typer(…)`.

A *group* (`popshop hq run`) holds any number of `@app.command()`s. A *single command* (`popshop replay FILE`)
holds exactly one and no `@app.callback()`. `popshop.cli.ENTRIES` says which is which, with the one line
that `popshop --help` shows. What a person can do wrong is raised as `popshop.console.UserError`.
"""
