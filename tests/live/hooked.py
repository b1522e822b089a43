"""Read models whose every read can be met by events: the awaits of joining, one by one."""


class Hooked:
    """Read models and their pool, whose reads are numbered: `act` runs before or after the read of its number."""

    def __init__(self, models):
        self._models = models
        self.lane = models.lane
        self.pool = _Pool(models.pool, self)
        self.reads = 0
        self.act = None
        self.at = None

    async def fetch(self, *arguments):
        return await self.around(self._models.fetch, *arguments)

    async def around(self, read, *arguments):
        number, self.reads = self.reads, self.reads + 1
        if self.act is not None and self.at == (number, "before"):
            await self.act()
        rows = await read(*arguments)
        if self.act is not None and self.at == (number, "after"):
            await self.act()
        return rows

    def arm(self, number, when, act):
        self.reads, self.at, self.act = 0, (number, when), act


class _Pool:
    def __init__(self, pool, hooked):
        self._pool = pool
        self._hooked = hooked

    async def fetch(self, *arguments):
        return await self._hooked.around(self._pool.fetch, *arguments)

    async def fetchrow(self, *arguments):
        return await self._hooked.around(self._pool.fetchrow, *arguments)
