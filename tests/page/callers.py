"""People of the tests who ask the service themselves, without a browser."""

from tests.serving import Person, Service


async def caller(service: Service, name: str) -> Person:
    """Return somebody who is called as they call themselves, as whoever signs in on the page is."""
    person = Person(service.client(name.lower()))
    answer = await person.http.patch("/v1/me", json={"display_name": name})
    assert answer.status_code == 200, answer.text
    return person
