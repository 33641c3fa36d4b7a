import { html, type TemplateResult } from 'lit';
import type { Question } from '../elements/act-dialog-element.ts';
import { en } from '../strings/en.ts';

const text = (words: string): TemplateResult => html`<p class="muted dialog__text">${words}</p>`;

/** The question before the second factor is taken away. */
export function askTurnOff(): Question {
  const { offTitle, offText, offKeep, turnOff, offWorking, nothingTurnedOff } = en.twoFactor;
  return {
    title: offTitle,
    body: text(offText),
    keep: offKeep,
    confirm: turnOff,
    working: offWorking,
    nothingDone: nothingTurnedOff,
  };
}

/** The question before the recovery codes are replaced. */
export function askNewCodes(): Question {
  const { newTitle, newText, newKeep, makeNew, newWorking, nothingMade } = en.twoFactor;
  return {
    title: newTitle,
    body: text(newText),
    keep: newKeep,
    confirm: makeNew,
    working: newWorking,
    nothingDone: nothingMade,
    isMild: true,
  };
}

/** No question: only the proof that setting up needs. */
export function askProof(): Question {
  const { proofTitle, proofText, proofCancelled } = en.twoFactor;
  return {
    title: proofTitle,
    body: text(proofText),
    keep: en.common.cancel,
    confirm: en.proof.go,
    working: en.proof.checking,
    nothingDone: proofCancelled,
    isMild: true,
    isProofOnly: true,
  };
}
