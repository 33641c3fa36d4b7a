export type { Established, EstablishInput, Rotated } from './engine/changes.ts';
export type { HistoryEvent, HistoryType, Signal } from './engine/events.ts';
export { type Policy, type PresetName, policyOf, presets } from './engine/policy.ts';
export type { Clock, Random, SessionStore, SessionTransaction, SignalSink } from './engine/ports.ts';
export type {
  Actor,
  Assurance,
  ClientDescription,
  DeviceRecord,
  Method,
  Origin,
  Persistence,
  Proof,
  SessionRecord,
  Termination,
  TerminationReason,
} from './engine/session.ts';
export { assuranceOf, methodsOf, terminationReasons } from './engine/session.ts';
export { Sessions, type SessionsOptions, type Verification } from './engine/sessions.ts';
export { systemClock, systemRandom } from './engine/system.ts';
export { catalogue, type ErrorCode, RollcallError } from './errors.ts';
