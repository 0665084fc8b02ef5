// Sends messages with the last official Node client that speaks Messages v0.1, to a server on this machine only.
//
// stdin:  {"port": 7670, "applicationId": "...", "privateKey": "<PEM>", "messages": [{"to": {}, "from": {}, "message": {}}]}
// stdout: [{"error": null or {"statusCode": 400, "body": {}}, "answer": {"message_uuid": "..."} or null}]
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

function send(vonage, { to, from, message }) {
  return new Promise((resolve) => {
    vonage.channel.send(to, from, message, (error, answer) => {
      const { statusCode, body } = error || {};
      resolve({ error: error ? { statusCode, body } : null, answer: answer || null });
    });
  });
}

async function main() {
  const order = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const vonage = connect(order);
  const results = [];
  for (const message of order.messages) {
    results.push(await send(vonage, message));
  }
  process.stdout.write(JSON.stringify(results));
}

main();
