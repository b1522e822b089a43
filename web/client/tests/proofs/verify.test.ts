// @vitest-environment node
import { beforeEach, describe, expect, it } from "vitest";
import { type DraftEvent, OneRing, Refused } from "../../src/index.ts";
import { type Memory, NotProved, storedMemory, type Verification, verifyEvent } from "../../src/proofs.ts";
import { json, problem } from "../rest/service.ts";
import { DRAFT, ORIGIN, SigningKey, shown, TestLog } from "./log.ts";

const KEY = new SigningKey(1);

/** A browser's storage. */
class Stored implements Storage {
  readonly kept = new Map<string, string>();
  readonly length = 0;
  getItem = (name: string) => this.kept.get(name) ?? null;
  setItem = (name: string, value: string) => void this.kept.set(name, value);
  removeItem = (name: string) => void this.kept.delete(name);
  clear = () => this.kept.clear();
  key = () => null;
}

/** A service of a log. `keys` is what it says of who signs it, which may be a lie. */
class Service {
  log: TestLog;
  keys = [KEY];
  told: DraftEvent | null = null;
  asked: string[] = [];

  constructor(log: TestLog) {
    this.log = log;
  }

  readonly fetch: typeof fetch = async (input) => {
    const { pathname, searchParams } = new URL((input as Request).url);
    this.asked.push(pathname);
    if (pathname === "/v1/log/keys") return text(this.keys.map(({ verifier }) => `${verifier.text}\n`).join(""));
    if (pathname === "/v1/log/consistency")
      return this.#growth(Number(searchParams.get("from")), Number(searchParams.get("to")));
    if (pathname.endsWith("/proof")) return text(this.log.proof(Number(pathname.split("/").at(-2))));
    const event = this.log.events[Number(searchParams.get("after"))];
    return json({ data: event === undefined ? [] : [this.told ?? shown(event)], count: 1, next_cursor: null });
  };

  #growth(from: number, to: number): Response {
    if (to > this.log.events.length) return problem(404, "not_found");
    return json({ data: { from, to, hashes: this.log.growth(from, to), origin: ORIGIN, checkpoint: this.log.note() } });
  }
}

const text = (body: string) => new Response(body, { headers: { "Content-Type": "text/plain; charset=utf-8" } });

let storage: Stored;
let memory: Memory;
let service: Service;

beforeEach(() => {
  storage = new Stored();
  memory = storedMemory("http://ring.test", storage);
  service = new Service(new TestLog([KEY], ["A", "B", "C"]));
});

function verify(version: number, more: Partial<Verification> = {}) {
  const client = new OneRing({ baseUrl: "http://ring.test", fetch: service.fetch, patience: 0 });
  return verifyEvent({ client, draftId: DRAFT, version, memory, ...more });
}

async function refused(promise: Promise<unknown>): Promise<string> {
  const fault = await promise.then(
    () => null,
    (fault: unknown) => fault,
  );
  expect(fault).toBeInstanceOf(NotProved);
  return (fault as NotProved).reason;
}

describe("an event", () => {
  it("is proved, and what was seen of the log is remembered", async () => {
    const proved = await verify(2);
    expect(proved.event.payload).toContain('"content":"B"');
    expect(proved.checkpoint).toMatchObject({ origin: ORIGIN, size: 3 });
    expect(proved.signers).toEqual([KEY.verifier]);
    expect(proved.before).toBeNull();
    expect(proved.text).toBe(service.log.proof(2));
    expect(memory.read()).toEqual({ keys: [KEY.verifier], checkpoint: proved.checkpoint });
  });

  it("is compared with what is shown", async () => {
    const [first] = service.log.events;
    expect(await refused(verify(2, { shown: shown(first ?? raise()) }))).toBe("other-event");
    expect(memory.read()).toBeNull();
  });

  it("is compared with what the draft tells of it", async () => {
    const [first] = service.log.events;
    service.told = { ...shown(first ?? raise()), at: "2026-11-26T02:00:00.000002Z" } as DraftEvent;
    expect(await refused(verify(1))).toBe("other-event");
  });

  it("that the draft does not tell of is none of it", async () => {
    service.told = { ...shown(service.log.events[0] ?? raise()), version: 9 } as DraftEvent;
    expect(await refused(verify(1))).toBe("other-event");
  });

  it("can't be judged when the service refuses its proof", async () => {
    const client = new OneRing({
      baseUrl: "http://ring.test",
      patience: 0,
      fetch: async () => problem(503, "unavailable"),
    });
    await expect(verify(1, { client })).rejects.toThrow(Refused);
  });
});

describe("a log that was seen before", () => {
  beforeEach(async () => {
    await verify(1);
    service.asked = [];
  });

  it("is the same as long as nothing is written, and nobody asks for its keys again", async () => {
    expect((await verify(2)).before?.size).toBe(3);
    expect(service.asked.filter((path) => path.startsWith("/v1/log/"))).toEqual([]);
  });

  it("may have grown, and how far is remembered", async () => {
    service.log.write("D", "E");
    const proved = await verify(5);
    expect(proved.before?.size).toBe(3);
    expect(memory.read()?.checkpoint.size).toBe(5);
  });

  it("may be told as it was, and what is newer stays remembered", async () => {
    service.log.write("D", "E");
    await verify(5);
    const older = new TestLog([KEY], ["A", "B", "C"]).proof(1);
    const fetch: typeof globalThis.fetch = (input) =>
      new URL((input as Request).url).pathname.endsWith("/proof") ? Promise.resolve(text(older)) : service.fetch(input);
    const client = new OneRing({ baseUrl: "http://ring.test", fetch, patience: 0 });
    await verify(1, { client });
    expect(memory.read()?.checkpoint.size).toBe(5);
  });

  it("must not be shorter", async () => {
    service.log = new TestLog([KEY], ["A", "B"]);
    expect(await refused(verify(1))).toBe("shorter");
    expect(memory.read()?.checkpoint.size).toBe(3);
  });

  it.each([
    ["of the same length", ["A", "B", "X"]],
    ["that went on", ["A", "B", "X", "D"]],
  ])("must not be another one %s", async (_, texts) => {
    service.log = new TestLog([KEY], texts);
    expect(await refused(verify(1))).toBe("forked");
    expect(memory.read()?.checkpoint.size).toBe(3);
  });

  it("must not be signed by others, also if the service says that they do", async () => {
    const thief = new SigningKey(2);
    service.log = new TestLog([thief], ["A", "B", "C"]);
    service.keys = [thief];
    expect(await refused(verify(1))).toBe("other-key");
    expect(memory.read()?.keys).toEqual([KEY.verifier]);
  });

  it("may be signed by another one beside", async () => {
    service.log = new TestLog([new SigningKey(2), KEY], ["A", "B", "C"]);
    expect((await verify(1)).signers).toEqual([KEY.verifier]);
  });

  it("must not have another name", async () => {
    const renamed = new SigningKey(1, "other.test/log");
    service.log = new TestLog([renamed], ["A", "B", "C"], "other.test/log");
    service.keys = [renamed];
    expect(await refused(verify(1))).toBe("other-key");
  });

  it("is trusted anew once it is forgotten", async () => {
    service.log = new TestLog([KEY], ["X"]);
    memory.forget();
    expect((await verify(1)).before).toBeNull();
  });

  it("is left as another tab remembers it", async () => {
    service.log.write("D");
    const other = JSON.stringify({ ...JSON.parse([...storage.kept.values()][0] ?? ""), size: 1000 });
    let reads = 0;
    storage.getItem = (name) => (reads++ === 0 ? (storage.kept.get(name) ?? null) : other);
    await verify(4);
    storage.getItem = (name) => storage.kept.get(name) ?? null;
    expect(memory.read()?.checkpoint.size).toBe(3);
  });
});

describe("the memory of a browser", () => {
  it("is of one service", async () => {
    await verify(1);
    expect(storedMemory("http://other.test", storage).read()).toBeNull();
  });

  it.each(["", "null", "[]", '{"keys":[1]}', '{"keys":["a"],"size":1,"root":"AQID"}'])(
    "is none when it was spoiled: %j",
    (spoiled) => {
      storage.setItem("onering.log:http://ring.test", spoiled);
      expect(memory.read()).toBeNull();
    },
  );

  it("is none where there is no room", async () => {
    storage.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    expect((await verify(1)).before).toBeNull();
    expect((await verify(1)).before).toBeNull();
  });

  it("is none where nothing can be stored", async () => {
    const none = storedMemory("", null);
    expect((await verify(1, { memory: none })).before).toBeNull();
    none.forget();
    expect(none.read()).toBeNull();
  });
});

function raise(): never {
  throw new Error("The log is empty.");
}
