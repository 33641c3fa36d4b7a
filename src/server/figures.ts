import { Counter, Gauge, type Registry } from 'prom-client';

/** A figure that is kept elsewhere and read when it is asked for. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  /** Null where there is nothing to tell now. */
  read(): number | null;
}

/** Adds what can rise and fall. */
export function addGauge(registry: Registry, { name, help, read }: Figure): void {
  const registers = [registry];
  new Gauge({
    ...{ name, help, registers },
    collect() {
      const value = read();
      if (value === null) this.remove();
      else this.set(value);
    },
  });
}

/** Adds what only grows while the process runs. */
export function addCounter(registry: Registry, { name, help, read }: Figure): void {
  const registers = [registry];
  new Counter({
    ...{ name, help, registers },
    collect() {
      this.reset();
      this.inc(read() ?? 0);
    },
  });
}
