import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { limits } from '../limits.ts';

/** Another program listens there. */
export class PortTaken extends Error {
  constructor(port: number) {
    super(`Port ${port} is taken by another program. Stop it, or choose another port: PORT=4001 npm start`);
  }
}

export interface Listening {
  readonly port: number;
  /** Takes no new connections, lets what is under way end, and closes what stays open beyond the limit. */
  readonly close: () => Promise<void>;
}

export async function listen(app: App, config: Config): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: (request, env) =>
      app.fetch(request, { address: (env as HttpBindings).incoming.socket.remoteAddress ?? '' }),
    overrideGlobalObjects: false,
  }) as Server;
  // A sender that dawdles is cut off; an answer that streams may take its time.
  server.headersTimeout = limits.requestHeadersTimeoutMs;
  server.requestTimeout = limits.requestTimeoutMs;

  await new Promise<void>((resolve, reject) => {
    server.once('error', (fault: NodeJS.ErrnoException) =>
      reject(fault.code === 'EADDRINUSE' ? new PortTaken(config.port) : fault),
    );
    server.listen(config.port, config.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        const forced = setTimeout(() => server.closeAllConnections(), limits.stopTimeoutMs);
        server.close(() => {
          clearTimeout(forced);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
