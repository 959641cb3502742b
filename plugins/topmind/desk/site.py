"""The site as it was built, served as a web server would: folders by their index, a 404 page, nothing cached."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from topmind.desk.reload import Reload, with_script


class Site(StaticFiles):
    """`output/`; it may not be there yet, and a build replaces the whole folder. With `reload` its pages listen."""

    def __init__(self, folder: Path, reload: Reload | None = None) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self._folder = folder
        self._reload = reload

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, the folder's index, or 404."""
        mark = self._reload.mark(self._reload.site) if self._reload else ""
        response = await super().get_response(path, scope)
        if self._reload and isinstance(response, FileResponse) and response.media_type == "text/html":
            html = with_script(Path(response.path).read_bytes(), mark)
            response = HTMLResponse(html, response.status_code)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def check_config(self) -> None:
        """A site that was not built yet is no error of the server."""
        if not self._folder.is_dir():
            self.config_checked = False
            raise HTTPException(404)
