// Drives the last official Node client with callbacks, which speaks Messages v1, to a server on this machine only.
//
// stdin:  {"port": 7670, "credentials": {"apiKey": "...", "apiSecret": "...", "applicationId": "...", "privateKey": "<PEM>"},
//          "messages": [...]}; a message is what the API takes, or {"class": "SMS", "arguments": ["hi", "447700900101", "AcmeCo"]}
// stdout: {"classes": ["SMS", ...], "results": [{"error": null or {"statusCode": 422, "body": {}}, "answer": {} or null}]}
"use strict";

const { readdirSync, readFileSync } = require("fs");
const { dirname, join, parse } = require("path");

const Vonage = require("@vonage/server-sdk");

const HOST = "127.0.0.1";
const CLASSES = join(dirname(require.resolve("@vonage/server-sdk")), "Messages");

function connect({ port, credentials }) {
  const vonage = new Vonage(credentials, { apiHost: `http://${HOST}`, port });
  const { api } = vonage.options;
  // A host this client does not understand becomes the real API's, in silence: stop before anything is sent.
  if (api.host !== HOST || api.port !== port) {
    throw new Error(`the client would send to ${api.host}:${api.port}`);
  }
  return vonage;
}

function build(message) {
  const { class: name, arguments: given } = message;
  return name ? new (require(join(CLASSES, name)))(...given) : message;
}

// The classes a user makes messages of; the others are their bases.
function classes() {
  const names = readdirSync(CLASSES).map((file) => parse(file).name);
  return names.filter((name) => !name.endsWith("MessageObject"));
}

function send(vonage, message) {
  return new Promise((resolve) => {
    vonage.messages.send(message, (error, answer) => {
      const { statusCode, body } = error || {};
      resolve({ error: error ? { statusCode, body } : null, answer: answer || null });
    });
  });
}

async function main() {
  const order = JSON.parse(readFileSync(0, "utf8"));
  const vonage = connect(order);
  const results = [];
  for (const message of order.messages) {
    results.push(await send(vonage, build(message)));
  }
  process.stdout.write(JSON.stringify({ classes: classes(), results }));
}

main();
