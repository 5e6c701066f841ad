"""The routes that one note names or carries, each with the platform rule in force on the note's date."""

from data.kinds import KINDS
from data.notes import Link, Note
from data.rules import OFF_SITE_ROUTES, RouteFinding, component_route, most_serious, route_status


class NoteRoutes:
    """Rule findings of a note's routes, each looked up once; those in text are known once `of_kind` was asked."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._in_text: dict[str, RouteFinding] = {}
        self._components: list[tuple[str, RouteFinding]] = []

    def of_kind(self, kind: str) -> RouteFinding | None:
        """Find the rule for an evidence kind in the text; None where the kind is no route."""
        route = KINDS[kind].route
        if route == "none":
            return None
        if route not in self._in_text:
            self._in_text[route] = self._status(route, None)
        return self._in_text[route]

    def of_link(self, link: Link) -> tuple[str, RouteFinding]:
        """Name the route of a link component below the note, and the rule for it."""
        return self._of_component(component_route(link), link.platform)

    def of_blue_link(self) -> RouteFinding:
        """Find the rule for a blue link below a comment."""
        return self._of_component("blue_link", None)[1]

    def off_site_components(self) -> list[RouteFinding]:
        """Give the findings of the link components that lead off the platform."""
        return [finding for route, finding in self._components if route in OFF_SITE_ROUTES]

    def most_serious(self) -> RouteFinding | None:
        """Pick the finding that the verdict shows: an in-site route only where nothing leads off the platform."""
        found = [*self._in_text.items(), *self._components]
        off_site = [finding for route, finding in found if route in OFF_SITE_ROUTES]
        return most_serious(off_site or [finding for _, finding in found])

    def _of_component(self, route: str, platform: str | None) -> tuple[str, RouteFinding]:
        found = route, self._status(route, platform)
        self._components.append(found)
        return found

    def _status(self, route: str, platform: str | None) -> RouteFinding:
        note = self._note
        return route_status(
            route,
            platform=platform,
            published_at=note.published_at,
            note_platform=note.platform,
            date_source=note.date_source,
        )
