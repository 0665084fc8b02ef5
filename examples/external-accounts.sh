#!/bin/sh
# The External Accounts API with curl: a Messenger page is created, read, listed and linked to an application,
# a user writes to it, the link is taken away, and the user writes once more.
# Each step prints what was answered; the last lines of a user's message say where its webhook went.
#
#   mockserver serve &
#   sh examples/external-accounts.sh
#
# MOCK is the server's URL. LINKED and DEFAULT are the webhook receivers of the application and of the account;
# nothing needs to listen there for the walk to work, only the webhooks are then tried again.
set -eu

MOCK=${MOCK:-http://127.0.0.1:7670}
LINKED=${LINKED:-http://127.0.0.1:9000/linked}
DEFAULT=${DEFAULT:-http://127.0.0.1:9000/default}
KEY=ab12cd34
SECRET=s3cret
APPLICATION=6c1e0d74-9a2b-4f85-b3d6-e07f1a5c8924
PAGE=104455667788990
ACCOUNTS=$MOCK/beta/chatapp-accounts

# step TITLE METHOD URL [BODY]: call the API as a client does, print status and body.
step() {
    printf '\n== %s\n' "$1"
    if [ $# -gt 3 ]; then
        curl --silent --show-error --user "$KEY:$SECRET" --request "$2" --header 'Content-Type: application/json' \
            --data "$4" --write-out '\n%{http_code}\n' "$3"
    else
        curl --silent --show-error --user "$KEY:$SECRET" --request "$2" --write-out '\n%{http_code}\n' "$3"
    fi
}

# user_writes TEXT: let a user's message arrive at the page, and show where its webhook is sent.
user_writes() {
    printf '\n== A user writes: %s\n' "$1"
    curl --silent --show-error --fail --output /dev/null --header 'Content-Type: application/json' \
        --data "{\"channel\": \"messenger\", \"kind\": \"text\", \"from\": \"9988776655\", \"to\": \"$PAGE\", \"text\": \"$1\"}" \
        "$MOCK/_mock/inbound?account=$KEY"
    curl --silent --show-error --fail "$MOCK/_mock/deliveries?account=$KEY&event=inbound&limit=1" |
        sed 's/.*"url":"\([^"]*\)".*/webhook to \1/'
    printf '\n'
}

printf '== The tester: an API key with one application, and a Viber service made by the provider\n'
curl --silent --show-error --fail --output /dev/null --request PUT --header 'Content-Type: application/json' --data @- \
    "$MOCK/_mock/accounts/$KEY" <<JSON
{
  "secrets": ["$SECRET"],
  "inbound_url": "$DEFAULT",
  "webhook_version": "v0.1",
  "applications": [{"id": "$APPLICATION", "name": "Cafe", "inbound_url": "$LINKED"}],
  "senders": [{"channel": "viber", "id": "31007", "name": "Parcels"}]
}
JSON

step 'Create a Messenger page' POST "$ACCOUNTS/messenger" \
    "{\"external_id\": \"$PAGE\", \"access_token\": \"page-token-1\", \"name\": \"Cafe page\"}"
step 'Get it' GET "$ACCOUNTS/messenger/$PAGE"
step 'Change its name' PATCH "$ACCOUNTS/messenger/$PAGE" '{"name": "Cafe Central"}'
step 'Its id cannot be changed' PATCH "$ACCOUNTS/messenger/$PAGE" '{"external_id": "1"}'
step 'Get the Viber service' GET "$ACCOUNTS/viber_service_msg/31007"
step 'List all, one a page' GET "$ACCOUNTS?page_size=1&page_number=2"
step 'List the Viber services' GET "$ACCOUNTS?provider=viber_service_msg"

user_writes 'Before the link'

step 'Link the application' POST "$ACCOUNTS/messenger/$PAGE/applications" "{\"application\": \"$APPLICATION\"}"
step 'A second link is a conflict' POST "$ACCOUNTS/messenger/$PAGE/applications" "{\"application\": \"$APPLICATION\"}"

user_writes 'Through the linked application'

step 'Unlink it' DELETE "$ACCOUNTS/messenger/$PAGE/applications/$APPLICATION"
step 'There is nothing left to unlink' DELETE "$ACCOUNTS/messenger/$PAGE/applications/$APPLICATION"

user_writes 'After the link'

step 'Link the Viber service' POST "$ACCOUNTS/viber_service_msg/31007/applications" "{\"application\": \"$APPLICATION\"}"
step 'Delete the page' DELETE "$ACCOUNTS/messenger/$PAGE"
step 'It is gone' GET "$ACCOUNTS/messenger/$PAGE"
