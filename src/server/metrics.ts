import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** What operators watch, in the Prometheus text format. */
export interface Metrics {
  /** Where other parts add what they count. */
  readonly registry: Registry;
  text(): Promise<string>;
  /** Counts one answer and how long it took until its first byte, in seconds. */
  answered(facts: { readonly method: string; readonly status: number; readonly seconds: number }): void;
}

/** Collects the process's own figures and one counter and histogram of answers. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const answers = new Counter({
    name: 'rollcall_answers_total',
    help: 'Answers by method and status',
    labelNames: ['method', 'status'] as const,
    registers,
  });
  const durations = new Histogram({
    name: 'rollcall_answer_seconds',
    help: 'Time from request to the first byte of its answer',
    labelNames: ['method'] as const,
    buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  return {
    registry,
    text: () => registry.metrics(),
    answered: ({ method, status, seconds }) => {
      answers.inc({ method, status: String(status) });
      durations.observe({ method }, seconds);
    },
  };
}
