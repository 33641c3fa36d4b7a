import '../define/shell.ts';
import '../define/signed-out.ts';
import { accountLink, type Ending } from '../controllers/account-link.ts';
import { SignedOutElement } from '../elements/signed-out-element.ts';
import { en } from '../strings/en.ts';

/**
 * Ties a page of the account settings to its session: when that ends, everything is dropped and the page is the
 * signed-out screen, also for those who come back to it with the Back button.
 */
export function guardPage(): void {
  const link = accountLink();
  link.subscribe({ onEnd: showSignedOut });
  addEventListener('pagehide', (event) => {
    link.stop();
    // The browser may keep this page for the Back button; until the session is checked again it shows nothing.
    if (event.persisted) document.body.hidden = true;
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) void comeBack();
  });
  addEventListener('online', () => link.retryNow());
}

async function comeBack(): Promise<void> {
  const link = accountLink();
  if (link.ending !== null) {
    document.body.hidden = false;
    return;
  }
  const answer = await link.client.currentSession();
  // Without a session `showSignedOut` has run by now; without an answer only a fresh page is safe to show.
  if (!answer.ok && answer.problem.code !== 'no_active_session') return location.reload();
  document.body.hidden = false;
  if (answer.ok) await link.start();
}

function showSignedOut(ending: Ending): void {
  const screen = new SignedOutElement();
  screen.ending = ending;
  document.body.replaceChildren(screen);
  document.body.hidden = false;
  document.title = en.documentTitle(en.signedOut.title);
  history.replaceState(null, '', '/signed-out');
}
