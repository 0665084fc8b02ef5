"""Every kind of mistake in a scenario file, with its place, the value found, and the nearest that would do."""

from pathlib import Path

import pytest

from mockserver.contract.specs import Specs
from mockserver.errors import MockServerError
from mockserver.scenario.load import ScenarioErrors, load_scenario
from tests.scenario.conftest import Load, Mistakes

ONE_CHANNEL = "timeline: [{inbound: {channel: %s, kind: %s%s}}]"

SHAPES = {
    "no mapping": ("[1]", "1:1: The file is [1], expected a mapping. Begin with `scenario: NAME`."),
    "no scenario": ("about: x", "1:1: scenario is missing. Add scenario."),
    "bad id": (
        "scenario: a b",
        '1:11: scenario is "a b", no name. Begin with a letter, and go on with letters, digits, - and _.',
    ),
    "unknown key": ("scenario: a\nruls: []", "2:1: ruls is not known. Did you mean rules?"),
    "far key": (
        "scenario: a\nxyz: []",
        (
            "2:1: xyz is not known."
            " Known here: scenario, about, seed, clock, vars, given, machines, rules, timeline, verify."
        ),
    ),
    "empty value": ("scenario: a\nabout:", "2:7: about is empty. Give it a value, or remove the key."),
    "empty optional": ("scenario: a\nseed:", "2:6: seed is empty. Give it a value, or remove the key."),
    "wrong type": ("scenario: a\nseed: x", '2:7: seed is "x", expected a whole number.'),
    "true as number": ("scenario: a\nseed: true", "2:7: seed is true, expected a whole number."),
    "number as text": ("scenario: a\nabout: 7", "2:8: about is 7, expected a text. Write it in quotes."),
    "list wanted": ("scenario: a\nrules: {}", "2:8: rules is {}, expected a list."),
    "mapping wanted": ("scenario: a\nrules: [x]", '2:9: rules[0] is "x", expected a mapping.'),
    "mapping of names": ("scenario: a\nvars: [x]", '2:7: vars is ["x"], expected a mapping.'),
    "bad clock": (
        "scenario: a\nclock: fast",
        '2:8: clock is "fast", no clock. Write real, manual, or a speed such as 60x.',
    ),
    "bad name of a variable": (
        "scenario: a\nvars: {a b: 1}",
        "2:8: vars.a b is no name. Begin with a letter, and go on with letters, digits, - and _.",
    ),
    "two keys": ("scenario: a\nscenario: b", "2:1: scenario stands here twice, first in line 1. Remove one of them."),
}
WHEN = {
    "unknown key": ("{chanel: sms}", "2:24: rules[0].when.chanel is not known. Did you mean channel?"),
    "unknown channel": ("{channel: smss}", '2:33: rules[0].when.channel is "smss", no channel. Did you mean sms?'),
    "unknown in a list": (
        "{channel: [sms, vyber]}",
        '2:39: rules[0].when.channel[1] is "vyber", no channel. Did you mean viber?',
    ),
    "unknown in not": (
        "{channel: {not: smss}}",
        '2:39: rules[0].when.channel.not is "smss", no channel. Did you mean sms?',
    ),
    "unknown kind": ("{kind: imag}", '2:30: rules[0].when.kind is "imag", no kind. Did you mean image?'),
    "unknown version": (
        "{version: v2}",
        '2:33: rules[0].when.version is "v2", no version of the API. Known: v0.1, v1.',
    ),
    "impossible cell": (
        "{channel: sms, kind: image}",
        '2:44: rules[0].when.kind is "image", which cannot be sent on sms: the channel itself cannot. Known: text.',
    ),
    "impossible in a version": (
        "{channel: viber, kind: video, version: v0.1}",
        (
            '2:46: rules[0].when.kind is "video", which cannot be sent on viber in v0.1: the channel itself cannot.'
            " Known: text, image, template, button, custom."
        ),
    ),
    "unknown test": ("{text: {contians: a}}", "2:31: rules[0].when.text.contians is not known. Did you mean contains?"),
    "no test": (
        "{text: {}}",
        "2:30: rules[0].when.text is an empty mapping, which asks for nothing.",
    ),
    "empty list": ("{text: []}", "2:30: rules[0].when.text is empty. Give it a value, or remove the key."),
    "nested list": (
        "{text: [[a]]}",
        '2:31: rules[0].when.text[0] is ["a"], expected a text, a number, true or false.',
    ),
    "bad expression": (
        "{text: {matches: '(?P<day'}}",
        (
            '2:40: rules[0].when.text.matches is "(?P<day", no regular expression:'
            " missing >, unterminated name at position 4."
        ),
    ),
    "bad expression in not": (
        "{text: {not: {matches: '('}}}",
        (
            '2:46: rules[0].when.text.not.matches is "(", no regular expression:'
            " missing ), unterminated subpattern at position 0."
        ),
    ),
    "json nowhere": (
        '{json: {"": x}}',
        "2:30: rules[0].when.json cannot be asked: '' leads nowhere; write a path such as message.content.text.",
    ),
    "zeroth": ("{nth: 0}", "2:29: rules[0].when.nth is 0, expected at least 1."),
    "probability": ("{probability: 1.5}", "2:37: rules[0].when.probability is 1.5, expected at most 1."),
    "probability in words": ('{probability: "x"}', '2:37: rules[0].when.probability is "x", expected a number.'),
    "expression for a number": (
        '{times: "${n}"}',
        (
            '2:31: rules[0].when.times is "${n}", which is known only while the scenario runs.'
            " Write a fixed value here, or one of vars."
        ),
    ),
    "open brace for a number": (
        '{times: "${n"}',
        "2:31: rules[0].when.times holds ${n has no closing brace. Write $${ where ${ itself is meant.",
    ),
    "unknown machine": ("{state: {consent: x}}", "2:32: rules[0].when.state.consent is no machine. There is none."),
    "unknown name": ('{to: "${who}"}', "2:28: rules[0].when.to holds ${who}, which nothing defines."),
}
RULES = {
    "unknown problem": (
        "{id: r, respond: {problem: throtled}}",
        '2:36: rules[0].respond.problem is "throtled", no problem. Did you mean throttled?',
    ),
    "unknown word": ("{id: r, respond: acepted}", '2:26: rules[0].respond is "acepted". Did you mean accepted?'),
    "two answers": (
        "{id: r, respond: {problem: throttled, status: 503}}",
        "2:47: rules[0].respond.status stands beside problem, which has a status. Keep one.",
    ),
    "body without status": (
        "{id: r, respond: {body: x}}",
        "2:27: rules[0].respond.body goes only with a status of your own. Add status.",
    ),
    "nothing said": (
        "{id: r, respond: {}}",
        "2:26: rules[0].respond says nothing. Write accepted, or one of problem, status, fault, delay.",
    ),
    "status out of bounds": (
        "{id: r, respond: {status: 99}}",
        "2:35: rules[0].respond.status is 99, expected at least 200.",
    ),
    "unknown fault": ("{id: r, respond: {fault: rset}}", '2:34: rules[0].respond.fault is "rset". Did you mean reset?'),
    "mixed delay": (
        "{id: r, respond: {delay: {min: 1s, p50: 1s}}}",
        "2:34: rules[0].respond.delay mixes ways to say a time. Write fixed, or min and max, or some of p50, p95, p99.",
    ),
    "falling delay": (
        "{id: r, respond: {delay: {p50: 2s, p95: 1s}}}",
        "2:34: rules[0].respond.delay falls with a higher percentile. Let p50, p95 and p99 rise.",
    ),
    "upside down delay": (
        "{id: r, respond: {delay: {min: 2s, max: 1s}}}",
        "2:49: rules[0].respond.delay.max is less than min.",
    ),
    "then after a refusal": (
        "{id: r, respond: {problem: throttled}, then: []}",
        "2:48: rules[0].then follows an answer that refuses the message. Remove then, or respond.",
    ),
    "unknown status": (
        "{id: r, then: [{status: deliverd}]}",
        '2:33: rules[0].then[0].status is "deliverd". Did you mean delivered?',
    ),
    "no verb": (
        "{id: r, then: [{after: 1}]}",
        "2:24: rules[0].then[0] has none of status, inbound, set. Write one of status, inbound, set.",
    ),
    "verb misspelt": (
        "{id: r, then: [{statsu: read}]}",
        "2:25: rules[0].then[0].statsu is not known. Did you mean status?",
    ),
    "two verbs": (
        "{id: r, then: [{status: submitted, inbound: {}}]}",
        (
            "2:53: rules[0].then[0].inbound stands beside status, and only one thing can be said at a time."
            " Write an item for each."
        ),
    ),
    "no step": (
        "{id: r, then: [x]}",
        '2:24: rules[0].then[0] is "x", expected a mapping. Write one of status, inbound, set.',
    ),
    "bad duration": (
        "{id: r, then: [{status: submitted, after: soon}]}",
        (
            '2:51: rules[0].then[0].after is "soon", no duration.'
            " Write it like 50ms, 2s, 5m, 2h or 1d; a bare number is seconds."
        ),
    ),
    "header with two lines": (
        '{id: r, respond: {status: 503, headers: {X-A: "a\\nb"}}}',
        '2:55: rules[0].respond.headers.X-A is "a\\nb", not all of which can be sent. Write printable ASCII.',
    ),
    "no header": (
        "{id: r, respond: {status: 503, headers: {X A: a}}}",
        (
            '2:55: rules[0].respond.headers.X A is "a", and that is no name of a header.'
            " Write letters, digits and hyphens, such as X-Test."
        ),
    ),
    "header that is counted": (
        "{id: r, respond: {status: 503, headers: {CONTENT-LENGTH: '5'}}}",
        (
            '2:66: rules[0].respond.headers.CONTENT-LENGTH is "5", but who sends it counts the body.'
            " Leave it out; the faults truncate and malformed break answers."
        ),
    ),
    "long duration": (
        "{id: r, then: [{status: submitted, after: 9000d}]}",
        '2:51: rules[0].then[0].after is "9000d", longer than a year. The longest is 366d.',
    ),
    "never reported": (
        "{id: r, when: {channel: sms}, then: [{status: submitted}, {status: delivered}, {status: read, after: 1}]}",
        (
            '2:97: rules[0].then[2].status is "read", which SMS never reports.'
            " Known: submitted, delivered, rejected, undeliverable."
        ),
    ),
    "never reported by several": (
        "{id: r, when: {channel: [sms, mms]}, then: [{status: read}]}",
        (
            '2:62: rules[0].then[0].status is "read", which SMS and MMS never report.'
            " Known: submitted, delivered, rejected, undeliverable."
        ),
    ),
    "cannot follow": (
        "{id: r, then: [{status: delivered}]}",
        (
            '2:33: rules[0].then[0].status is "delivered", which cannot follow accepted.'
            " After accepted comes submitted or rejected."
        ),
    ),
    "nothing follows": (
        "{id: r, then: [{status: rejected}, {status: submitted, after: 1}]}",
        '2:53: rules[0].then[1].status is "submitted", which cannot follow rejected. After rejected comes nothing.',
    ),
    "unknown code": (
        "{id: r, then: [{status: rejected, code: 1301}]}",
        "2:49: rules[0].then[0].code is 1301, no error code. The nearest is 1300.",
    ),
    "code of a success": (
        "{id: r, then: [{status: submitted, code: 1300}]}",
        "2:44: rules[0].then[0].code does not go with submitted. Codes go with rejected and undeliverable.",
    ),
    "before what does not come": (
        "{id: r, then: [{status: submitted, deliver: {before: delivered}}]}",
        '2:62: rules[0].then[0].deliver.before is "delivered", which is none of these steps. There is none.',
    ),
    "before itself": (
        "{id: r, then: [{status: submitted, deliver: {before: submitted}}]}",
        '2:62: rules[0].then[0].deliver.before is "submitted", the status of the step itself.',
    ),
    "inbound of another kind": (
        "{id: r, when: {channel: sms}, then: [{inbound: {kind: image}}]}",
        '2:63: rules[0].then[0].inbound.kind is "image", which cannot come in on sms. Known: text.',
    ),
    "set of no machine": ("{id: r, set: {consent: x}}", "2:23: rules[0].set.consent is no machine. There is none."),
    "capture of nothing": (
        "{id: r, capture: {a: message.uid}}",
        "2:30: rules[0].capture.a holds message.uid, which nothing defines. Did you mean message.uuid?",
    ),
    "capture of no path": (
        '{id: r, capture: {a: "a b"}}',
        '2:30: rules[0].capture.a is "a b", no path. Write it like message.uuid.',
    ),
    "capture of no group": (
        "{id: r, when: {text: {matches: '(?P<day>.)'}}, capture: {a: match.dya}}",
        "2:69: rules[0].capture.a holds match.dya, which nothing defines. Did you mean match.day?",
    ),
    "capture in a wrong place": (
        "{id: r, capture: {a: answer.status}}",
        (
            "2:30: rules[0].capture.a holds answer.status, which means nothing here."
            " Here stand: message, request, match, machine."
        ),
    ),
    "capture of what comes later": (
        "{id: r, capture: {a: request.status}}",
        "2:30: rules[0].capture.a holds request.status, which nothing defines.",
    ),
    "reserved name": (
        "{id: r, capture: {message: message.uuid}}",
        "2:27: rules[0].capture.message is a name of its own: message. means something already. Take another name.",
    ),
    "open brace": (
        '{id: r, capture: {a: "${message.uuid"}}',
        "2:30: rules[0].capture.a holds ${message.uuid has no closing brace. Write $${ where ${ itself is meant.",
    ),
    "no expression": (
        '{id: r, capture: {a: "${1+1}"}}',
        "2:30: rules[0].capture.a holds ${1+1} is no expression. Write a name such as ${vars.clinic}.",
    ),
}
STEPS = {
    "unknown rule": ("{await: {rule: r}}", '2:27: timeline[0].await.rule is "r", no rule. There is none.'),
    "no subject": (
        "{await: {within: 1s}}",
        (
            "2:20: timeline[0].await has none of rule, messages, requests, deliveries."
            " Write one of rule, messages, requests, deliveries."
        ),
    ),
    "misspelt deep": (
        "{inbound: {chanel: sms}}",
        "2:23: timeline[0].inbound.chanel is not known. Did you mean channel?",
    ),
    "misspelt verb": ("{inbond: {}}", "2:13: timeline[0].inbond is not known. Did you mean inbound?"),
    "no channel": ("{inbound: {text: a}}", "2:22: timeline[0].inbound.channel is missing. Add channel."),
    "impossible inbound": (
        "{inbound: {channel: viber, kind: image, version: v0.1}}",
        (
            '2:45: timeline[0].inbound.kind is "image", which cannot come in on viber in v0.1: the channel itself'
            " cannot."
            " Known: text, unsupported."
        ),
    ),
    "stranger": (
        "{inbound: {channel: sms, caption: a}}",
        "2:37: timeline[0].inbound.caption is no member of sms text. Known: text.",
    ),
    "unknown version": (
        "{inbound: {channel: sms, version: v9}}",
        '2:46: timeline[0].inbound.version is "v9", no version of the API. Known: v0.1, v1.',
    ),
    "answer misspelt": (
        "{inbound: {channel: sms}, expect: {answerd: 200}}",
        "2:47: timeline[0].expect.answerd is not known. Did you mean answered?",
    ),
    "no status": (
        "{inbound: {channel: sms}, expect: {answered: 2x}}",
        '2:57: timeline[0].expect.answered is "2x", no HTTP status. Write it like 200, 2xx or [200, 204].',
    ),
    "no statuses": (
        "{inbound: {channel: sms}, expect: {answered: []}}",
        "2:57: timeline[0].expect.answered is [], no HTTP status. Write it like 200, 2xx or [200, 204].",
    ),
    "advance of a real clock": (
        "{advance: 24h}",
        (
            "2:13: timeline[0].advance needs a manual clock, and clock is real."
            " Write clock: manual, or sleep instead of advance."
        ),
    ),
    "set of nothing": ('{set: {for: "1"}}', "2:18: timeline[0].set names no machine. There is none."),
    "fault of no side": (
        "{fault: {do: drop}}",
        "2:20: timeline[0].fault.on is missing. Write on: answers or on: webhooks.",
    ),
    "fault of another side": (
        "{fault: {on: webhoks}}",
        '2:25: timeline[0].fault.on is "webhoks", expected answers or webhooks. Did you mean webhooks?',
    ),
    "unknown fault": (
        "{fault: {on: webhooks, do: dropp}}",
        '2:39: timeline[0].fault.do is "dropp". Did you mean drop?',
    ),
    "fault in one word": ("{fault: clean}", '2:20: timeline[0].fault is "clean". Did you mean clear?'),
    "stranger in a fault": (
        "{fault: {on: webhooks, do: drop, copies: 3}}",
        "2:45: timeline[0].fault.copies does not go with drop. It takes: when, next, nth, every, probability.",
    ),
    "needed in a fault": (
        "{fault: {on: answers, do: status}}",
        "2:20: timeline[0].fault is status, which needs status or problem. Add status.",
    ),
    "two selectors": (
        "{fault: {on: webhooks, do: drop, next: 1, nth: 2}}",
        "2:54: timeline[0].fault.nth stands beside next. Keep one of them.",
    ),
    "problem of a fault": (
        "{fault: {on: answers, do: status, problem: throtled}}",
        '2:55: timeline[0].fault.problem is "throtled", no problem. Did you mean throttled?',
    ),
    "relative url": (
        "{http: {url: reminders}}",
        (
            '2:25: timeline[0].http.url is "reminders", expected an absolute http or https URL.'
            " Write it like http://127.0.0.1:8000/reminders."
        ),
    ),
    "two bodies": (
        '{http: {url: "http://h/", json: 1, body: x}}',
        "2:47: timeline[0].http.body stands beside json. Keep one of them.",
    ),
    "two bodies, one of them no text": (
        '{http: {url: "http://h/", body: x, base64: "eA=="}}',
        "2:47: timeline[0].http.base64 stands beside body. Keep one of them.",
    ),
    "no Base64": (
        '{http: {url: "http://h/", base64: "x"}}',
        '2:46: timeline[0].http.base64 is "x", no Base64.',
    ),
    "unknown method": (
        '{http: {url: "http://h/", method: PSOT}}',
        '2:46: timeline[0].http.method is "PSOT". Did you mean POST?',
    ),
    "later name": (
        '{status: {message: "${u}", status: read}}',
        "2:31: timeline[0].status.message holds ${u}, which nothing defines.",
    ),
    "answer where none is": (
        "{expect: {messages: {}}, capture: {a: answer.status}}",
        "2:50: timeline[0].capture.a holds answer.status, which means nothing here. Here stand: message, match.",
    ),
    "two counts": (
        "{expect: {messages: {}, count: 1, at_least: 2}}",
        "2:46: timeline[0].expect.at_least stands beside count, which says it all. Keep one.",
    ),
    "bounds upside down": (
        "{expect: {messages: {}, at_least: 2, at_most: 1}}",
        "2:58: timeline[0].expect.at_most is 1, less than at_least.",
    ),
    "negative count": (
        "{expect: {messages: {}, count: -1}}",
        "2:43: timeline[0].expect.count is -1, expected at least 0.",
    ),
    "machine in the timeline": (
        '{http: {url: "http://h/${machine.a}"}}',
        "2:25: timeline[0].http.url holds ${machine.a}, which means nothing here.",
    ),
}
CHECKS = {
    "unknown key": ("{mesages: {}}", "2:11: verify[0].mesages is not known. Did you mean messages?"),
    "count in words": ('{violations: "0"}', '2:23: verify[0].violations is "0", expected a whole number.'),
    "no bounds": ("{findings: {}}", "2:21: verify[0].findings says nothing. Write a number, at_least or at_most."),
    "bounds upside down": (
        "{findings: {at_least: 2, at_most: 1}}",
        "2:44: verify[0].findings.at_most is 1, less than at_least.",
    ),
    "sequence of one": ('{sequence: ["rule:a"]}', '2:21: verify[0].sequence is ["rule:a"], expected at least 2 items.'),
    "sequence of an unknown rule": (
        '{sequence: ["rule:a", {messages: {}}]}',
        '2:22: verify[0].sequence[0] is "rule:a", no rule. There is none.',
    ),
    "sequence of no inbound": (
        '{sequence: ["inbound:1", {messages: {}}]}',
        '2:22: verify[0].sequence[0] is "inbound:1", no inbound step. There is none.',
    ),
    "sequence of a word": (
        "{sequence: [x, {messages: {}}]}",
        '2:22: verify[0].sequence[0] is "x". Write rule:ID, inbound:NUMBER, or a mapping.',
    ),
    "sequence of nothing": (
        "{sequence: [{x: 1}, {messages: {}}]}",
        (
            "2:22: verify[0].sequence[0] has none of messages, requests, deliveries."
            " Write one of messages, requests, deliveries."
        ),
    ),
    "unknown field of the search": (
        "{messages: {q: 'chan:sms'}}",
        "2:25: verify[0].messages.q cannot be asked: the search knows no field chan of messages.",
    ),
    "channel of the search": (
        "{messages: {q: 'to:44* -channel:smss'}}",
        '2:25: verify[0].messages.q cannot be asked: channel is "smss", which it can never be. Did you mean sms?',
    ),
    "status of the search": (
        "{messages: {q: 'status:deliverd'}}",
        '2:25: verify[0].messages.q cannot be asked: status is "deliverd", which it can never be.',
    ),
    "matcher of another thing": (
        "{deliveries: {kind: text}}",
        "2:24: verify[0].deliveries.kind is not known. Known here: json, channel, q, ",
    ),
    "acknowledged messages": (
        "{messages: {}, acknowledged: true}",
        "2:25: verify[0].acknowledged is not known. Known here: ",
    ),
}
GIVEN = {
    "unknown key": ("{sender: []}", "2:9: given.sender is not known. Did you mean senders?"),
    "unknown channel": (
        "{windows: [{channel: whatsap, from: a, to: b}]}",
        '2:29: given.windows[0].channel is "whatsap", no channel. Did you mean whatsapp?',
    ),
    "missing member": ("{windows: [{channel: whatsapp, from: a}]}", "2:19: given.windows[0].to is missing. Add to."),
    "number unquoted": (
        "{windows: [{channel: whatsapp, from: 447700900001, to: b}]}",
        "2:45: given.windows[0].from is 447700900001, expected a text. Write it in quotes.",
    ),
    "unknown rule": (
        "{rules: {windwo: auto}}",
        "2:17: given.rules.windwo is no rule of the provider. Did you mean window?",
    ),
    "unknown mode": ('{rules: {window: "of"}}', '2:25: given.rules.window is "of". Did you mean off?'),
    "unknown code": (
        '{numbers: {"44": 1299}}',
        "2:25: given.numbers.44 is 1299, no error code. The nearest is 1300.",
    ),
    "price of no channel": ('{prices: {smss: "1"}}', "2:18: given.prices.smss is no channel. Did you mean sms?"),
    "no amount": ("{balance: abc}", '2:18: given.balance is "abc", expected an amount. Write it like "0.0333".'),
    "no url": (
        "{status_url: nope}",
        ('2:21: given.status_url is "nope", expected an absolute http or https URL.'
        " Write it like http://127.0.0.1:9000/webhooks."),
    ),
    "rate of nothing": ("{rates: {key: {per_s: 0}}}", "2:30: given.rates.key.per_s is 0, expected more than 0."),
    "sender twice": (
        "{senders: [{channel: sms, id: A}, {channel: sms, id: A}]}",
        "2:42: given.senders[1] (sms A) is there already. Remove one of them.",
    ),
    "stranger's application": (
        "{senders: [{channel: sms, id: A, application: x}]}",
        '2:54: given.senders[0].application is "x", which this account lacks. List it under applications.',
    ),
    "empty id": (
        '{applications: [{id: ""}]}',
        "2:29: given.applications[0].id is empty. Give it a value, or remove the key.",
    ),
    "secret": (
        "{signature_secret: 1234567890}",
        '2:27: given.signature_secret is "12345...", expected a text. Write it in quotes.',
    ),
    "expression of the run": (
        '{inbound_url: "${uuid}"}',
        "2:22: given.inbound_url holds ${uuid}, which nothing defines.",
    ),
}  # fmt: skip
MACHINES = {
    "missing": ('{m: {key: "${message.to}", initial: a}}', "2:15: machines.m.states is missing. Add states."),
    "unknown initial": (
        '{m: {key: "${message.to}", initial: unknow, states: [unknown]}}',
        '2:47: machines.m.initial is "unknow", none of the states. Did you mean unknown?',
    ),
    "key of nothing": (
        '{m: {key: "${message.too}", initial: a, states: [a]}}',
        "2:21: machines.m.key holds ${message.too}, which nothing defines. Did you mean message.to?",
    ),
    "no states": (
        '{m: {key: "${message.to}", initial: a, states: []}}',
        "2:58: machines.m.states is empty. Give it a value, or remove the key.",
    ),
}


TABLES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "file": ("%s", SHAPES),
    "when": ("scenario: a\nrules: [{id: r, when: %s}]", WHEN),
    "rule": ("scenario: a\nrules: [%s]", RULES),
    "step": ("scenario: a\ntimeline: [%s]", STEPS),
    "check": ("scenario: a\nverify: [%s]", CHECKS),
    "given": ("scenario: a\ngiven: %s", GIVEN),
    "machine": ("scenario: a\nmachines: %s", MACHINES),
}
"""The tables of mistakes, each with the file around its texts."""
CASES = {
    f"{table}, {name}": (frame.replace("%s", text), says)
    for table, (frame, rows) in TABLES.items()
    for name, (text, says) in rows.items()
}


@pytest.mark.parametrize(("text", "says"), CASES.values(), ids=CASES)
def test_mistake_is_told_with_its_place_and_the_nearest_choice(text: str, says: str, mistakes: Mistakes) -> None:
    found = mistakes(text)

    assert 1 == len(found), found
    assert found[0].startswith(says), found[0]


def test_all_mistakes_of_a_file_are_told_in_its_order(mistakes: Mistakes) -> None:
    found = mistakes(
        """\
        scenario: a
        clok: real
        given:
          balance: abc
        rules:
          - {id: r, when: {chanel: sms, channel: smss}}
          - {id: r, respond: {problem: throtled, status: 99}}
          - {id: s, then: [{status: rejected, code: 1}, {statsu: read}]}
        timeline:
          - await: {rule: x, withn: 1s}
          - {inbound: {channel: sms, kind: image}, slep: 1}
          - 7
        verify:
          - {messages: {channel: sms, kind: [text, imag]}, count: two}
        """
    )

    assert [
        "2:1: clok is not known. Did you mean clock?",
        '4:12: given.balance is "abc", expected an amount. Write it like "0.0333".',
        "6:20: rules[0].when.chanel is not known. Did you mean channel?",
        '6:42: rules[0].when.channel is "smss", no channel. Did you mean sms?',
        '7:10: rules[1].id is "r", which another rule is called already. Rename one of them.',
        '7:32: rules[1].respond.problem is "throtled", no problem. Did you mean throttled?',
        "7:50: rules[1].respond.status is 99, expected at least 200.",
        "8:50: rules[2].then[1].statsu is not known. Did you mean status?",
        '10:19: timeline[0].await.rule is "x", no rule. Known: r, s.',
        "10:22: timeline[0].await.withn is not known. Did you mean within?",
        '11:36: timeline[1].inbound.kind is "image", which cannot come in on sms. Known: text.',
        "11:44: timeline[1].slep is not known. Known here: name, capture, expect, inbound.",
        (
            "12:5: timeline[2] is 7, expected a mapping."
            " Write one of await, inbound, status, advance, sleep, set, fault, http, expect."
        ),
        '14:44: verify[0].messages.kind[1] is "imag", no kind. Did you mean image?',
        '14:59: verify[0].count is "two", expected a whole number.',
    ] == found


def test_what_is_wrong_does_not_make_its_surroundings_wrong(mistakes: Mistakes) -> None:
    found = mistakes(
        """\
        scenario: a
        rules:
          - {id: r, then: [{status: submitted}, {status: delivered, after: soon}, {status: read, after: 2s}]}
          - {id: s, respond: {status: 99, body: x}}
        """
    )

    assert ["3:68: rules[0].then[1].after", "4:31: rules[1].respond.status"] == [
        each.partition(" is ")[0] for each in found
    ]


def test_first_mistake_says_how_many_follow(load: Load) -> None:
    with pytest.raises(ScenarioErrors) as raised:
        load("scenario: a b\nclok: real\nsed: 1")

    assert (3, 2, "f.yaml:1:11") == (len(raised.value.errors), raised.value.exit_code, raised.value.where)
    assert str(raised.value).endswith("- and _. `mockserver check` lists 2 more.")
    assert isinstance(raised.value, MockServerError)


def test_variables_stand_for_values_of_any_type(load: Load) -> None:
    scenario = load(
        """\
        scenario: a
        vars: {n: 2, wait: 5s, status: read, deep: {list: [sms]}, base: "http://h", url: "${vars.base}/x", name: q}
        rules: [{id: "${vars.name}", when: {channel: "${vars.deep.list}", times: "${vars.n}"}}]
        timeline:
          - {sleep: "${vars.wait}"}
          - {http: {url: "${vars.url}?n=${vars.n}&id=${scenario.id}"}}
        """
    )

    (rule,) = scenario.rules
    sleep, http = (each.act for each in scenario.timeline)
    assert ("q", 2, {"channel": ["sms"]}) == (rule.id, rule.times, dict(rule.when.fields))
    assert 5.0 == getattr(sleep, "seconds", None)
    assert "http://h/x?n=2&id=a" == getattr(http, "url", None)


def test_variables_are_overridden_in_the_type_they_have(load: Load) -> None:
    text = "scenario: a\nvars: {n: 1, x: 0.5, on: false, word: a, both: '${vars.word}!'}"

    scenario = load(text, n="3", x="2", on="true", word="7")

    assert {"n": 3, "x": 2.0, "on": True, "word": "7", "both": "7!"} == scenario.given_vars


def test_override_of_the_wrong_type_stays_a_text(load: Load) -> None:
    scenario = load("scenario: a\nvars: {n: 1, on: false}", n="x", on="perhaps")

    assert {"n": "x", "on": "perhaps"} == scenario.given_vars


def test_override_of_an_unknown_variable_is_refused(mistakes: Mistakes) -> None:
    text = "scenario: a\nvars: {clinic: x}"

    assert ["2:1: The scenario has no variable clinik. Did you mean clinic?"] == mistakes(text, clinik="y")
    assert ["1:1: The scenario has no variable x. It has: none."] == mistakes("scenario: a", x="y")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{x: '${vars.y}'}", "2:11: vars.x holds ${vars.y}, which stands for nothing."),
        ("{clinic: x, y: '${vars.clinik}'}", "2:22: vars.y holds ${vars.clinik}, which stands for nothing. Did"),
        ("{a: '${uuid}'}", "2:11: vars.a holds ${uuid}, which stands for nothing."),
        ("{a: '${vars.b}', b: 1}", "2:11: vars.a holds ${vars.b}, which stands for nothing."),
    ],
)  # fmt: skip
def test_variable_that_is_not_there_is_a_mistake(text: str, says: str, mistakes: Mistakes) -> None:
    (found,) = mistakes(f"scenario: a\nvars: {text}")

    assert found.startswith(says)


def test_what_is_given_can_be_named(load: Load) -> None:
    scenario = load(
        'scenario: a\ngiven: {status_url: "http://h/s"}\ntimeline: [{http: {url: "${given.status_url}/x"}}]'
    )

    assert "http://h/s/x" == getattr(scenario.timeline[0].act, "url", None)


@pytest.mark.parametrize("name", ["vars", "scenario", "given", "message", "request", "match", "machine", "answer"])
def test_captured_name_may_not_be_one_that_means_something(name: str, mistakes: Mistakes) -> None:
    found = mistakes(f"scenario: a\ntimeline: [{{expect: {{messages: {{}}}}, capture: {{{name}: message.uuid}}}}]")

    assert [f"timeline[0].capture.{name} is a name of its own"] == [each.split(": ")[1] for each in found]


def test_set_says_for_whom(mistakes: Mistakes) -> None:
    found = mistakes(
        """\
        scenario: a
        machines: {m: {key: "${message.to}", initial: x, states: [x]}}
        timeline: [{set: {m: x}}]
        """
    )

    assert ["3:18: timeline[0].set.for is missing. Say whose state it is, such as for: ${who}."] == found


def test_states_are_those_of_their_machines(mistakes: Mistakes) -> None:
    found = mistakes(
        """\
        scenario: a
        machines: {m: {key: "${message.to}", initial: x, states: [x, yes]}}
        rules:
          - {id: r, when: {state: {m: [yess, x], n: {not: x}}}, set: {m: z, n: x}, then: [{set: {m: "${match.q}"}}]}
        """
    )

    assert [
        '4:32: rules[0].when.state.m[0] is "yess", no state of m. Did you mean yes?',
        "4:42: rules[0].when.state.n is no machine. Known: m.",
        '4:66: rules[0].set.m is "z", no state of m. Known: x, yes.',
        "4:69: rules[0].set.n is no machine. Known: m.",
        "4:93: rules[0].then[0].set.m holds ${match.q}, which nothing defines. There is none.",
    ] == found


def test_every_broken_item_of_a_list_is_told(mistakes: Mistakes) -> None:
    found = mistakes("scenario: a\ngiven: {windows: [{channel: wa, from: a}, {channel: wa, to: b}, 3]}")

    assert [
        "2:19: given.windows[0].to is missing. Add to.",
        "2:43: given.windows[1].from is missing. Add from.",
        "2:65: given.windows[2] is 3, expected a mapping.",
    ] == found


def test_groups_of_what_was_found_can_be_captured(load: Load) -> None:
    scenario = load(
        """\
        scenario: a
        timeline:
          - {await: {requests: {path: {matches: "(?P<rest>.*)"}}}, capture: {rest: match.rest, verb: request.method}}
          - {expect: {messages: {text: "${rest} ${verb}"}}}
          - {inbound: {channel: sms}, capture: {went: delivery.state, said: answer.json.id}}
        """
    )

    assert {"rest": "${match.rest}", "verb": "${request.method}"} == scenario.timeline[0].capture


def test_name_is_known_only_after_the_step_that_captures_it(mistakes: Mistakes) -> None:
    found = mistakes(
        """\
        scenario: a
        timeline:
          - {expect: {messages: {uuid: "${u}"}}}
          - {expect: {messages: {}}, capture: {u: message.uuid}}
          - {expect: {messages: {uuid: "${u}"}}}
        verify: [{messages: {uuid: "${u}"}}]
        """
    )

    assert ["3:32: timeline[0].expect.messages.uuid holds ${u}, which nothing defines."] == found


def test_file_is_loaded_by_its_path(tmp_path: Path, specs: Specs) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("scenario: a", encoding="utf-8")

    scenario = load_scenario(path, specs=specs)

    assert ("a", str(path)) == (scenario.id, scenario.source)


def test_file_is_loaded_with_the_bundled_specs_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text('{"scenario": "a"}', encoding="utf-8")

    assert "a" == load_scenario(path).id


def test_file_that_is_not_there_is_one_mistake(tmp_path: Path, specs: Specs) -> None:
    with pytest.raises(ScenarioErrors) as raised:
        load_scenario(tmp_path / "gone.yaml", specs=specs)

    assert [f"{tmp_path}/gone.yaml: The file cannot be read: No such file or directory."] == list(
        map(str, raised.value.errors)
    )


def test_text_that_is_no_yaml_is_one_mistake(mistakes: Mistakes) -> None:
    assert ["1:5: This is not YAML: expected the node content, but found '<stream end>'."] == mistakes("a: [")
