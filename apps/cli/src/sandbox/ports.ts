/** Free ports on loopback. An agreement names addresses, so they must be known before the stations start. */
import { connect, createServer, type Server } from 'node:net';

/**
 * `count` different ports that were free just now: all are held at once before any is let go.
 *
 * Each has had one connection that its own side ended first. TCP keeps such an end in TIME_WAIT for a minute, and
 * meanwhile the system gives the port to nobody who asks for any free one (another sandbox, an outgoing connection);
 * who listens on it by its number, as the station will, gets it.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  try {
    for (let i = 0; i < count; i++) servers.push(await listening());
    await Promise.all(servers.map(reserve));
    return servers.map(portOf);
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

function listening(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => resolve(server));
  });
}

function reserve(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('connection', (accepted) => accepted.on('error', reject).resume().end());
    connect({ host: '127.0.0.1', port: portOf(server) })
      .on('error', reject)
      .on('close', () => resolve())
      .resume();
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new RangeError('a listening server has a port');
  return address.port;
}
