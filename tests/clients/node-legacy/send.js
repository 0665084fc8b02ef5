// Sends messages with the last official Node client that speaks Messages v0.1, to a server on this machine only.
//
// stdin:  {"port": 7670, "applicationId": "...", "privateKey": "<PEM>", "messages": [{"to": {}, "from": {}, "message": {}}]}
//         or, in the place of messages, "workflows": [[{"from": {}, "to": {}, "message": {}, "failover": {}}]]
// stdout: [{"error": null or {"statusCode": 400, "body": {}}, "answer": {"message_uuid": "..."} or {"dispatch_uuid": "..."} or null}]
"use strict";

const Vonage = require("@vonage/server-sdk");

const HOST = "127.0.0.1";

function connect({ port, applicationId, privateKey }) {
  const credentials = { apiKey: "unused", apiSecret: "unused", applicationId, privateKey };
  const vonage = new Vonage(credentials, { apiHost: `http://${HOST}`, port });
  const { api } = vonage.options;
  // A host this client does not understand becomes the real API's, in silence: stop before anything is sent.
  if (api.host !== HOST || api.port !== port) {
    throw new Error(`the client would send to ${api.host}:${api.port}`);
  }
  return vonage;
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
  const order = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const vonage = connect(order);
  const results = [];
  for (const { to, from, message } of order.messages || []) {
    results.push(await called((told) => vonage.channel.send(to, from, message, told)));
  }
  for (const workflow of order.workflows || []) {
    results.push(await called((told) => vonage.dispatch.create("failover", workflow, told)));
  }
  process.stdout.write(JSON.stringify(results));
}

main();
