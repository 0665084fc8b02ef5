// openapi-backend (Ajv) on fastify, answering as its documentation has it: `node backend.mjs PORT DOCUMENT`.
// The document is specs/messages-v1.yaml as JSON, without its webhooks: see bench/peers.py.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import Fastify from "fastify";
import { OpenAPIBackend } from "openapi-backend";

const [port, file] = process.argv.slice(2);

const api = new OpenAPIBackend({
  definition: JSON.parse(readFileSync(file, "utf-8")),
  quick: true,
  // One reason is enough for a refusal, and Ajv is faster for it.
  ajvOpts: { allErrors: false, strict: false },
  securityHandlers: {
    basic: (c) => /^Basic \S+$/.test(c.request.headers.authorization ?? ""),
    bearer: (c) => /^Bearer \S+$/.test(c.request.headers.authorization ?? ""),
  },
  handlers: {
    sendMessage: (c, request, reply) => reply.code(202).send({ message_uuid: randomUUID() }),
    validationFail: (c, request, reply) => reply.code(422).send({ errors: c.validation.errors }),
    unauthorizedHandler: (c, request, reply) => reply.code(401).send({ title: "Unauthorised" }),
    notFound: (c, request, reply) => reply.code(404).send({ title: "Not found" }),
  },
});
await api.init();

const app = Fastify({ logger: false });
app.post("/v1/messages", (request, reply) =>
  api.handleRequest(
    { method: request.method, path: "/v1/messages", body: request.body, query: request.query, headers: request.headers },
    request,
    reply,
  ),
);
await app.listen({ host: "127.0.0.1", port: Number(port) });
