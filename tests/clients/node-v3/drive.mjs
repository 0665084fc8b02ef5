// Drives the official Node client of Messages v1, against a server on this machine only. Every release is driven by
// it: a folder's send.mjs hands it the client's packages that are there. They are imported and not required, since
// before Node 20.19 the client cannot be required: some packages it requires are modules of the newer kind.
//
// stdin:  {"host": "http://127.0.0.1:7670", "auth": {"applicationId": "...", "privateKey": "<PEM>"}, "calls": [...]}
//         where a call is {"send": {}}, {"update": ["<uuid>", "read", {}]} or {"verify": ["<token>", "<secret>"]},
//         and {"class": "SMS", "params": {}} stands for an object of the client's own class, at any depth
// stdout: {"classes": ["SMS", ...], "results": [{"answer": {"messageUUID": "..."}} or
//         {"error": {"class": "VetchError", "status": 422, "body": {}}}]}
import { readFileSync } from "node:fs";

const LOOPBACK = /^https?:\/\/(127\.0\.0\.1|localhost):\d+$/;

function connect({ Vonage, Auth }, { host, auth }) {
  const { messages } = new Vonage(new Auth(auth), { apiHost: host });
  if (!LOOPBACK.test(messages.config.apiHost)) {
    throw new Error(`the client would send to ${messages.config.apiHost}`);
  }
  return messages;
}

function build(value, library) {
  if (Array.isArray(value)) {
    return value.map((each) => build(each, library));
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  if ("class" in value) {
    return new library[value.class](build(value.params, library));
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, build(member, library)]));
}

// The classes a user makes messages and suggestions of; Messages is the client itself, the others are their bases.
function classes(library) {
  const names = Object.keys(library).filter((name) => typeof library[name] === "function" && name !== "Messages");
  return names.filter((name) => !name.includes("Abstract"));
}

async function told(call) {
  try {
    return { answer: await call() };
  } catch (error) {
    if (!error.response) {
      throw error;
    }
    const { status } = error.response;
    return { error: { class: error.constructor.name, status, body: await error.response.json() } };
  }
}

export async function drive({ library, verifySignature, ...connecting }) {
  const order = JSON.parse(readFileSync(0, "utf8"));
  const messages = connect(connecting, order);
  const deeds = {
    send: (message) => messages.send(build(message, library)),
    update: (parts) => messages.updateMessage(...parts),
    verify: (parts) => verifySignature(...parts),
  };
  const results = [];
  for (const call of order.calls) {
    const [[deed, given]] = Object.entries(call);
    results.push(await told(async () => deeds[deed](given)));
  }
  process.stdout.write(JSON.stringify({ classes: classes(library), results }));
}
