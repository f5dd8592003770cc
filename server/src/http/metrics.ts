import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Core } from '../command/core.ts';

export interface Metrics {
  /** Counts an answer. `route` is one of ours, never a text of the caller's, so that the series stay few. */
  readonly answered: (route: string, status: number, tookMs: number) => void;
  readonly registry: Registry;
}

export function createMetrics(core: Core): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const answers = new Counter({
    name: 'http_answers_total',
    help: 'Answers by route and class of status.',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'http_answer_seconds',
    help: 'Time until an answer was ready, by route.',
    labelNames: ['route'],
    buckets: [0.005, 0.015, 0.05, 0.15, 0.5, 1.5, 5],
    registers: [registry],
  });
  new Gauge({
    name: 'database_statements',
    help: 'SQL statements run since the start.',
    registers: [registry],
    collect() {
      this.set(core.database.statementCount());
    },
  });
  return {
    registry,
    answered(route, status, tookMs) {
      answers.inc({ route, status: `${Math.floor(status / 100)}xx` });
      seconds.observe({ route }, tookMs / 1000);
    },
  };
}

/** Serves the figures on a port of their own, which is not for the world. */
export function listenForMetrics(metrics: Metrics, port: number, host: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', metrics.registry.contentType);
    response.end(await metrics.registry.metrics());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}
