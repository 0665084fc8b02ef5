// Sends messages with an official Node client that speaks Messages v0.1, to a server on this machine only.
// It uses the packages of the folder it is started in, so that one driver serves both of their names.
//
// stdin:  {"package": "@vonage/server-sdk", "apiHost": "http://127.0.0.1", "port": 7670,
//          "applicationId": "...", "privateKey": "<PEM>", "messages": [{"to": {}, "from": {}, "message": {}}]}
//         or, in the place of messages, "workflows": [[{"from": {}, "to": {}, "message": {}, "failover": {}}]]
// stdout: [{"error": null or {"statusCode": 400, "body": {}}, "answer": {"message_uuid": "..."} or {"dispatch_uuid": "..."} or null}]
"use strict";

const { readFileSync } = require("fs");
const { createRequire } = require("module");
const { join } = require("path");

const HOST = "127.0.0.1";
const load = createRequire(join(process.cwd(), "package.json"));

function connect({ package: name, apiHost, port, applicationId, privateKey }) {
  const Client = load(name);
  const credentials = { apiKey: "unused", apiSecret: "unused", applicationId, privateKey };
  const client = new Client(credentials, { apiHost, port });
  const { api } = client.options;
  // A host this client does not understand becomes the real API's, in silence: stop before anything is sent.
  if (api.host !== HOST || api.port !== port) {
    throw new Error(`the client would send to ${api.host}:${api.port}`);
  }
  return client;
}

function called(call) {
  return new Promise((resolve) => {
    call((error, answer) => {
      const { statusCode, body } = error || {};
      resolve({ error: error ? { statusCode, body } : null, answer: answer || null });
    });
  });
}

async function main() {
  const order = JSON.parse(readFileSync(0, "utf8"));
  const client = connect(order);
  const results = [];
  for (const { to, from, message } of order.messages || []) {
    results.push(await called((told) => client.channel.send(to, from, message, told)));
  }
  for (const workflow of order.workflows || []) {
    results.push(await called((told) => client.dispatch.create("failover", workflow, told)));
  }
  process.stdout.write(JSON.stringify(results));
}

main();
