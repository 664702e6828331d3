import { systemRandom, utf8 } from '@sluis/base';
import { type IntersectionTerms, intersectAsReceiver, intersectAsSender, MessageLink, packItems } from '@sluis/psi';

const bank = ['anna@example.org', 'bart@example.org', 'carla@example.org'];
const insurer = ['carla@example.org', 'dirk@example.org', 'anna@example.org'];

// Both sides give the same terms, and never the same context twice. Sizes may be larger than the lists are.
const sizes = { sender: 10, receiver: 10 };
const terms: IntersectionTerms = { context: utf8('claims 2026-11, from the bank'), threat: 'malicious', protocol: 'vole', sizes };

// Any authenticated channel will do; here both ends are in one program.
const atBank: MessageLink = new MessageLink((message) => atInsurer.arrived(message));
const atInsurer: MessageLink = new MessageLink((message) => atBank.arrived(message));

const sending = intersectAsSender(atBank, packItems(bank), terms, systemRandom);
const positions = await intersectAsReceiver(atInsurer, packItems(insurer), terms, systemRandom);
await sending;
console.log([...positions].map((i) => insurer[i]));
