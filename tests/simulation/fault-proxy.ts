/**
 * A TCP proxy that stands before a station and does to its traffic what bad networks and bad peers do.
 * It can't read TLS: changed, repeated or missing bytes show what an attacker on the network achieves, which is to end the connection.
 */
import net from 'node:net';

export type Fault =
  /** Stops forwarding and reading; both ends stay connected. */
  | { readonly kind: 'stall' }
  /** Reads on and throws everything away. */
  | { readonly kind: 'drop' }
  /** Holds this and every later piece back for so long. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Forwards nothing more and says goodbye to both ends as if the message were complete. */
  | { readonly kind: 'truncate' }
  /** Replaces the next bytes by others. */
  | { readonly kind: 'garbage'; readonly count: number }
  /** Sends the last bytes again. */
  | { readonly kind: 'repeat'; readonly count: number }
  /** Closes towards the station only: the caller's end stays open and hears nothing. */
  | { readonly kind: 'half-open' }
  /** Resets both ends. */
  | { readonly kind: 'reset' };

export interface FaultRule {
  readonly fault: Fault;
  readonly direction: 'to-station' | 'from-station';
  /** Bytes of that direction that pass unharmed. */
  readonly atByte: number;
  /** Number of the connection, from 0; every connection if left out. */
  readonly connection?: number;
}

const REMEMBERED = 64 * 1024;

export class FaultProxy {
  readonly port: number;
  /** What a station would write into the agreement. */
  readonly address: string;
  /** Connections so far. */
  connections = 0;
  /** Rules that have struck. */
  readonly struck: FaultRule[] = [];
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #flows = new Set<Flow>();
  #rules: readonly FaultRule[] = [];

  private constructor(server: net.Server, port: number) {
    this.#server = server;
    this.port = port;
    this.address = `127.0.0.1:${port}`;
  }

  /** Listens on loopback and forwards to `target` (a port, or a function asked for each connection). */
  static async start(target: number | (() => number), rules: readonly FaultRule[] = [], port = 0): Promise<FaultProxy> {
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const proxy = new FaultProxy(server, (server.address() as net.AddressInfo).port);
    proxy.rules = rules;
    server.on('connection', (caller) => proxy.#connect(caller, typeof target === 'number' ? target : target()));
    return proxy;
  }

  /** Rules for connections that begin from now on; `disturb` is for those that stand. */
  set rules(rules: readonly FaultRule[]) {
    this.#rules = rules;
  }

  /** Strikes at the next byte of every standing connection, in that direction. */
  disturb(direction: FaultRule['direction'], fault: Fault): void {
    for (const flow of this.#flows) if (flow.direction === direction) flow.add({ fault, direction, atByte: flow.passed });
  }

  /** Bytes that standing connections have passed on in that direction. */
  passed(direction: FaultRule['direction']): number {
    return [...this.#flows].reduce((sum, flow) => sum + (flow.direction === direction ? flow.passed : 0), 0);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #connect(caller: net.Socket, port: number): void {
    const number = this.connections;
    this.connections += 1;
    const station = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const rules = (direction: FaultRule['direction']) =>
      this.#rules.filter((r) => r.direction === direction && (r.connection ?? number) === number);
    const pair = { caller, station, struck: (rule: FaultRule) => void this.struck.push(rule) };
    const flows = [
      new Flow('to-station', caller, station, rules('to-station'), pair),
      new Flow('from-station', station, caller, rules('from-station'), pair),
    ];
    for (const flow of flows) this.#flows.add(flow);
    for (const socket of [caller, station]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        for (const flow of flows) this.#flows.delete(flow);
      });
    }
  }
}

interface Pair {
  readonly caller: net.Socket;
  readonly station: net.Socket;
  readonly struck: (rule: FaultRule) => void;
}

/** One direction of one connection. */
class Flow {
  readonly direction: FaultRule['direction'];
  readonly #from: net.Socket;
  readonly #to: net.Socket;
  readonly #pair: Pair;
  readonly #rules: FaultRule[];
  #recent = Buffer.alloc(0);
  #delayMs = 0;
  /** Set when nothing of this direction is forwarded any more. */
  #over = false;
  passed = 0;

  constructor(direction: FaultRule['direction'], from: net.Socket, to: net.Socket, rules: readonly FaultRule[], pair: Pair) {
    this.direction = direction;
    this.#from = from;
    this.#to = to;
    this.#pair = pair;
    this.#rules = [...rules].sort((a, b) => a.atByte - b.atByte);
    from.on('data', (bytes) => this.#take(bytes));
    from.on('end', () => this.#over || this.#later(() => to.end()));
    from.on('error', () => this.#over || to.destroy());
    from.on('close', (failed) => failed && !this.#over && to.destroy());
    to.on('drain', () => this.#over || from.resume());
    from.resume();
  }

  add(rule: FaultRule): void {
    this.#rules.push(rule);
    this.#rules.sort((a, b) => a.atByte - b.atByte);
  }

  #take(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && !this.#over) {
      const rule = this.#rules[0];
      const before = rule === undefined ? rest.length : Math.max(0, Math.min(rest.length, rule.atByte - this.passed));
      if (before > 0) this.#forward(rest.subarray(0, before));
      rest = rest.subarray(before);
      if (rest.length > 0 && rule !== undefined) {
        this.#rules.shift();
        this.#pair.struck(rule);
        rest = this.#strike(rule.fault, rest);
      }
    }
  }

  /** Does the fault; returns what is still to be forwarded. */
  #strike(fault: Fault, rest: Buffer): Buffer {
    const { caller, station } = this.#pair;
    if (fault.kind === 'delay') {
      this.#delayMs = fault.delayMs;
      return rest;
    }
    if (fault.kind === 'garbage') {
      const count = Math.min(fault.count, rest.length);
      this.#forward(Buffer.from(rest.subarray(0, count).map((b) => b ^ 0x5a)));
      return rest.subarray(count);
    }
    if (fault.kind === 'repeat') {
      this.#write(this.#recent.subarray(-fault.count));
      return rest;
    }
    this.#over = true;
    if (fault.kind === 'stall') this.#from.pause();
    else if (fault.kind === 'truncate') for (const socket of [caller, station]) socket.end();
    else if (fault.kind === 'reset') for (const socket of [caller, station]) socket.resetAndDestroy();
    else if (fault.kind === 'half-open') this.#abandon();
    return rest;
  }

  /** Lets the station go without a word to the caller. */
  #abandon(): void {
    const { caller, station } = this.#pair;
    station.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close').removeAllListeners('error');
    station.on('error', () => undefined);
    station.destroy();
    caller.resume();
  }

  #forward(bytes: Buffer): void {
    this.passed += bytes.length;
    this.#recent = Buffer.concat([this.#recent, bytes]).subarray(-REMEMBERED);
    this.#write(bytes);
  }

  #write(bytes: Buffer): void {
    this.#later(() => {
      if (!this.#to.destroyed && this.#to.writable && !this.#to.write(bytes)) this.#from.pause();
    });
  }

  /** Equal delays keep the order. */
  #later(act: () => void): void {
    if (this.#delayMs === 0) act();
    else setTimeout(act, this.#delayMs);
  }
}
