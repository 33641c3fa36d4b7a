import type { Problem } from '../../client/problem.ts';
import type { HistoryEventWire, PlaceWire, TerminationReasonWire } from '../../client/types.ts';

/** Every text of the pages, in English. Another language is another object of the type `Strings`. */

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

const proofNames: Record<string, string> = {
  pwd: 'Password',
  otp: 'authenticator',
  recovery: 'recovery code',
};

/** Problems after which the change may have been made all the same. */
const mayHaveHappened: readonly Problem['code'][] = [
  'network_failed',
  'timed_out',
  'unreadable_answer',
  'unexpected',
  'outcome_unknown',
];

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const endings: Record<TerminationReasonWire, string> = {
  signed_out: 'signed out',
  revoked: 'was logged out',
  inactivity_timeout: 'was signed out, unused for too long',
  absolute_timeout: 'was signed out at the end of its time',
  session_limit: 'was signed out, too many sessions',
  password_changed: 'was logged out by a password change',
  second_factor_changed: 'was logged out by a change of two-factor',
  token_reuse: 'was logged out, its session was used twice',
  reported: 'was logged out, reported as not yours',
  user_disabled: 'was logged out, the account was disabled',
  superseded: 'signed in again, which ended its earlier session',
};

const signedOutBecause: Partial<Record<TerminationReasonWire, string>> = {
  inactivity_timeout: 'This browser was not used for too long.',
  absolute_timeout: 'The session reached the end of its time.',
  session_limit: 'A newer session took the place of this one.',
  password_changed: 'The password was changed.',
  second_factor_changed: 'Two-factor was changed.',
  token_reuse: 'The session was used from two places, so it was ended.',
  user_disabled: 'The account was disabled.',
  superseded: 'You signed in again in this browser.',
};

export const en = {
  product: 'Rollcall',
  documentTitle: (page: string) => `${page} - Rollcall`,

  shell: {
    home: 'Rollcall',
    where: 'Account settings',
    skip: 'Skip to content',
    tabs: {
      sessions: 'Active sessions',
      password: 'Password',
      'two-factor': 'Two-factor',
      history: 'History',
    },
    menu: 'account menu',
    appearance: 'Appearance',
    appearances: { system: 'System', light: 'Light', dark: 'Dark' },
    signOut: 'Sign out',
    signingOut: 'Signing out…',
    signOutFailed: ({ code }: Problem) =>
      mayHaveHappened.includes(code)
        ? 'It is not known whether you were signed out. Try again.'
        : 'You are still signed in.',
    zone: (zone: string) => `Times are in ${zone}.`,
  },

  common: {
    loading: 'Loading',
    slow: 'Taking longer than usual',
    slowText: 'The server has not answered yet. You can wait, or ask again.',
    tryAgain: 'Try again',
    cancel: 'Cancel',
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Copying was not allowed. Select the text and copy it.',
    reference: 'Reference',
    stillWorking: 'Still working. Do not close this page.',
    listOf: (items: readonly string[]) => new Intl.ListFormat('en', { type: 'conjunction' }).format(items),
  },

  place: {
    near: (place: PlaceWire) =>
      place.city === null ? `in ${place.countryName}` : `near ${place.city}, ${place.countryName}`,
    noAddress: 'No address',
    showAddress: 'Show address',
    showAddressOf: (name: string) => `Show the address of ${name}`,
  },

  methods: (methods: readonly string[]) =>
    upperFirst(methods.map((method) => proofNames[method] ?? method).join(' + ')),

  sessions: {
    title: 'Active sessions',
    intro: 'Every device signed in to your account. Log out any you do not use, or do not know.',
    loading: 'Loading your sessions',
    live: 'Live',
    asOf: 'as of',
    connecting: 'Connecting',
    paused: 'Live updates paused.',
    listAsOf: (time: string) => `List as of ${time}.`,
    refresh: 'Refresh',
    updates: (number: number) => `Show ${count(number, 'update', 'updates')}`,
    thisDevice: 'This device',
    others: 'Other devices',
    othersNote: (sessions: number, devices: number) =>
      sessions === devices
        ? 'Logging one out takes effect right away.'
        : `${count(sessions, 'session', 'sessions')}. Logging one out takes effect right away.`,
    columns: {
      device: 'Device',
      address: 'IP address',
      location: 'Location and IP',
      signedIn: 'Signed in',
      lastActive: 'Last active',
    },
    signedInWith: 'Signed in with',
    provenAgain: (when: string) => `Proven again ${when}`,
    endsAt: (time: string) => `Ends ${time} if unused`,
    activeNow: 'Active now',
    notNamed: 'Not named yet',
    more: (client: string, others: number) => `${client} and ${others} more`,
    sessionsBadge: (number: number) => count(number, 'session', 'sessions'),
    firstOf: (number: number) => `(first of ${number})`,
    anotherHere: 'Another session on this device',
    narrow: { signedIn: 'Signed in', lastActive: 'Last active' },
    ended: 'Logged out just now',
    endedElsewhere: 'No longer signed in',
    endedBy: (by: string) => `Logged out by ${by}`,
    logOut: 'Log out',
    logOutAll: 'Log out all',
    logOutOthers: 'Log out all other devices',
    empty: 'You are signed in here and nowhere else.',
    emptyNote: 'A device appears here as soon as it signs in. Earlier sign-ins are in the history.',
    failed: 'Your sessions could not be loaded.',
    failedNote: 'This does not mean that there are none.',
    names: {
      logOutHere: (name: string) => `Log out of this device, ${name}`,
      logOut: (name: string) => `Log out ${name}`,
      logOutGroup: (sessions: number, name: string) => `Log out all ${sessions} sessions of ${name}`,
      details: (name: string) => `Details of ${name}`,
      group: (name: string) => `Sessions of ${name}`,
      rename: (name: string) => `Rename ${name}`,
      signedIn: (time: string) => `signed in ${time}`,
      session: (id: string) => `session ${id}`,
    },
    said: {
      loggedOut: (name: string, left: number) =>
        left === 0
          ? `${name} was logged out. You are signed in here and nowhere else.`
          : `${name} was logged out. ${count(left, 'other session', 'other sessions')} left.`,
      loggedOutOthers: (number: number) =>
        `${count(number, 'other session was', 'other sessions were')} logged out. You are signed in here only.`,
      renamed: (name: string) => `Renamed to ${name}.`,
      unnamed: 'The name was taken off again.',
      updated: 'The list is up to date.',
    },
  },

  details: {
    client: 'Client, as sent',
    clientNotSent: 'It sent none',
    signedIn: 'Signed in',
    lastActive: 'Last active',
    proven: 'Last proven',
    ends: 'Ends',
    endsNote: (when: string) => `${when}, if unused`,
    address: 'Address at sign-in',
    methods: 'Signed in with',
    persistence: {
      browser: 'Until the browser is closed',
      persistent: 'Kept signed in',
    },
    id: 'Session id',
    idNote: 'Safe to quote to support',
  },

  rename: {
    act: 'Rename',
    label: (name: string) => `New name of ${name}`,
    hint: '1 to 60 characters. Only you see it.',
    save: 'Save',
    refused: 'A name has 1 to 60 characters.',
    undo: 'Undo',
  },

  dialog: {
    logOut: (name: string) => `Log out ${name}?`,
    logOutHere: 'Log out of this device?',
    logOutHereText: 'You will need your password to sign in here again. Other devices stay signed in.',
    logOutOthers: (devices: number) => `Log out ${count(devices, 'other device', 'other devices')}?`,
    logOutOthersText: (sessions: number) =>
      sessions === 1
        ? 'Its session loses access right away, in every open tab. You stay signed in here.'
        : `All ${sessions} of their sessions lose access right away, in every open tab. You stay signed in here.`,
    logOutGroup: (sessions: number, name: string) => `Log out all ${sessions} sessions of ${name}?`,
    used: (when: string) => `Last used ${when}`,
    usedNow: 'Active now',
    since: (time: string, methods: string) => `Signed in ${time}. ${methods}.`,
    losesAccess: 'It loses access right away, in every open tab.',
    losesAccessAll: 'All of them lose access right away, in every open tab.',
    stays: 'Your other devices stay signed in.',
    keep: 'Keep signed in',
    confirm: 'Log out',
    working: 'Logging out…',
    nothingDone: 'Nothing was logged out.',
  },

  proof: {
    text: 'First, show that it is you.',
    password: 'Password',
    code: 'Code',
    codeHint: 'From your authenticator app.',
    recoveryHint: 'One of your recovery codes. It works once.',
    usePassword: 'Use the password',
    useApp: 'Use the authenticator app',
    useRecovery: 'Use a recovery code',
    go: 'Continue',
    checking: 'Checking…',
  },

  signIn: {
    title: 'Sign in',
    intro: 'With your e-mail and password.',
    email: 'E-mail',
    password: 'Password',
    keep: 'Keep me signed in',
    keepNote: 'For 30 days. Leave it off on a shared device.',
    go: 'Sign in',
    working: 'Signing in…',
    noAccount: 'No account yet?',
    create: 'Create one',
    foot: 'Every sign-in appears on your Active sessions page, where you can end it.',
    secondTitle: 'One more proof',
    secondApp: 'Enter the code your authenticator app shows for this account.',
    secondRecovery: 'Enter one of your recovery codes. Each works once.',
    code: 'Code',
    verify: 'Verify',
    verifying: 'Checking…',
    useRecovery: 'Use a recovery code instead',
    useApp: 'Use the authenticator app instead',
    startAgain: 'Start again with another account',
    tooLate: 'The ten minutes for the code are over. Enter your password again.',
  },

  signUp: {
    title: 'Create account',
    intro: 'One account, and a list of every device that is signed in to it.',
    name: 'Name',
    optional: 'Optional',
    email: 'E-mail',
    password: 'Password',
    go: 'Create account',
    working: 'Creating the account…',
    haveOne: 'Have an account?',
    signIn: 'Sign in',
  },

  newPassword: {
    show: 'Show',
    hide: 'Hide',
    shownFor: 'the new password',
    hint: (length: number) => `At least ${length} characters. Spaces and any letters are welcome.`,
    suggest: 'Offer me a passphrase',
    suggestAnother: 'Offer another',
    suggested: 'Random words, easy to keep and hard to guess:',
    use: 'Use this one',
    suggestFailed: 'No passphrase could be fetched. Try again.',
    strength: 'Strength',
    levels: ['Guessed at once', 'Weak', 'Fair', 'Strong', 'Very strong'],
    refused: {
      password_too_short: 'Too short.',
      password_too_long: 'Too long.',
      password_common: 'Among the first that are guessed.',
      password_contains_email: 'Contains your e-mail name.',
    },
  },

  password: {
    title: 'Password',
    intro: 'Changing it takes a moment and can end every other session at the same time.',
    current: 'Current password',
    next: 'New password',
    others: 'Log out all other devices',
    othersNote: 'Leave it ticked if anybody else may know the old password.',
    go: 'Change password',
    working: 'Changing the password…',
    changedOn: (date: string) => `Last changed ${date}`,
    wrongCurrent: 'That is not your current password.',
    done: 'Your password was changed.',
    doneOthers: (number: number) =>
      number === 0
        ? 'No other session was open.'
        : `${count(number, 'other session was', 'other sessions were')} logged out.`,
    doneKept: 'Your other devices stay signed in.',
    nothingDone: 'Your password was not changed.',
    see: 'See your active sessions',
  },

  twoFactor: {
    title: 'Two-factor',
    intro: 'A second proof at sign-in, so that a stolen password is not enough.',
    loading: 'Loading your second factors',
    failed: 'Your two-factor settings could not be loaded.',
    onSince: (date: string) => `On since ${date}`,
    on: 'On',
    off: 'Off',
    app: 'Authenticator app',
    appOff: 'A code from an app on your phone, asked for at every sign-in.',
    appOn: 'Asked for at every sign-in, after your password.',
    appOnSince: (date: string) => `Added ${date}. Asked for at every sign-in, after your password.`,
    setUp: 'Set up authenticator app',
    turnOff: 'Turn off',
    recovery: 'Recovery codes',
    recoveryText: 'Each works once, when the app is out of reach.',
    left: (number: number) => `${number} of 10 left`,
    makeNew: 'Make new codes',
    setUpTitle: 'Set up the authenticator app',
    setUpNote: 'Nothing changes until you have entered a code from it.',
    scan: 'Scan this code',
    scanText: 'With any authenticator app: open it, choose to add an account, point the camera here.',
    qr: 'QR image of the secret; the same secret is beside it as text',
    cannotScan: 'Cannot scan? Type this secret',
    copySecret: 'Copy the secret',
    enter: 'Enter the code it shows',
    enterText: 'Six digits. A new one comes every 30 seconds.',
    code: 'Code',
    turnOn: 'Turn on',
    turningOn: 'Turning on…',
    turnOnNote: 'Turning it on logs out every other session that never used a second factor.',
    notOn: 'Two-factor is not on yet.',
    codesTitle: 'Keep these recovery codes',
    codesText: 'Each works once, when the app is out of reach. They are shown now and never again.',
    download: 'Download',
    copyAll: 'Copy all',
    fileName: 'rollcall-recovery-codes.txt',
    fileHead: (email: string) => `Rollcall recovery codes of ${email}. Each works once.`,
    stored: 'I have stored them where I can reach them without this device',
    done: 'Done',
    isOn: 'Two-factor is on.',
    loggedOut: (number: number) =>
      `${count(number, 'session that never used a second factor was', 'sessions that never used a second factor were')} logged out.`,
    offTitle: 'Turn two-factor off?',
    offText: 'Your password alone will be enough to sign in. The recovery codes stop working.',
    offKeep: 'Keep it on',
    offWorking: 'Turning off…',
    offDone: 'Two-factor is off.',
    nothingTurnedOff: 'Two-factor is still on.',
    newTitle: 'Make ten new recovery codes?',
    newText: 'The ones you have now stop working at once.',
    newKeep: 'Keep the old ones',
    newWorking: 'Making new codes…',
    nothingMade: 'Your old codes still work.',
    newDone: 'Ten new recovery codes were made. The old ones no longer work.',
    proofTitle: 'Show that it is you',
    proofText: 'Setting up a second factor needs a recent proof.',
    proofCancelled: 'Nothing was changed.',
  },

  history: {
    title: 'History',
    intro: 'Sign-ins, refusals, ends with their cause, and changes to your security.',
    loading: 'Loading your history',
    failed: 'Your history could not be loaded.',
    empty: 'Nothing has happened yet.',
    emptyNote: 'Sign-ins, log-outs and security changes will appear here.',
    older: 'Show older events',
    loadingOlder: 'Loading…',
    end: 'That is everything.',
    unknownDevice: 'An unknown device',
    from: (device: string) => `from ${device}`,
    byOperator: 'by the operator',
    what: historyTitle,
  },

  signedOut: {
    title: 'You were signed out',
    at: (isToday: boolean) => (isToday ? 'At' : 'On'),
    today: 'today',
    from: 'from',
    cleared: 'What was open here has been cleared, in every tab.',
    because: (reason: TerminationReasonWire | null) =>
      reason === null ? null : (signedOutBecause[reason] ?? null),
    again: 'Sign in again',
    worry: 'If you did not do this, sign in, log out the devices you do not know and change your password.',
  },

  problem: (problem: Problem, wait: string | null) => problemText(problem, wait),
} as const;

/** The type every language has to fill. */
export type Strings = typeof en;

/** What a person reads when something was refused or failed: what happened, then what to do. */
function problemText(problem: Problem, wait: string | null): string {
  if (problem.code === 'too_many_attempts') {
    return wait === null ? 'Too many attempts. Wait a while.' : `Too many attempts. Try again in ${wait}.`;
  }
  const known: Partial<Record<Problem['code'], string>> = {
    network_failed: 'We could not reach the server.',
    timed_out: 'The server did not answer in time.',
    unreadable_answer: 'The server could not be understood.',
    store_unavailable: 'The service cannot reach its database.',
    outcome_unknown: 'It is not known whether the change was stored. Trying again is safe.',
    too_busy: 'The service is busy. Try again in a moment.',
    shutting_down: 'The service is restarting. Try again in a moment.',
    invalid_credentials: 'That e-mail and password do not match.',
    invalid_code: 'That code is not right. Each code works once; wait for the next one.',
    email_taken: 'An account with this e-mail exists.',
    unexpected: 'Something went wrong on our side.',
  };
  return known[problem.code] ?? problem.detail ?? problem.title;
}

interface EventText {
  /** The part in strong type. */
  readonly what: string;
  readonly rest: string;
}

function historyTitle(event: HistoryEventWire, device: string): EventText {
  switch (event.type) {
    case 'account.created':
      return { what: 'Account created', rest: '' };
    case 'session.established':
      return { what: device, rest: 'signed in' };
    case 'session.terminated':
      return { what: device, rest: endings[event.reason ?? 'revoked'] };
    case 'sign_in.failed':
      return { what: 'Sign-in refused', rest: `wrong password, ${device}` };
    case 'sign_in.refused':
      return { what: 'Sign-in refused', rest: `too many attempts, ${device}` };
    case 'second_factor.failed':
      return { what: 'Sign-in refused', rest: `wrong code after the right password, ${device}` };
    case 'step_up.completed':
      return { what: 'Proof given again', rest: `on ${device}` };
    case 'step_up.failed':
      return { what: 'Proof refused', rest: `on ${device}` };
    case 'password.changed':
      return { what: 'Password changed', rest: `on ${device}` };
    case 'totp.enabled':
      return { what: 'Two-factor turned on', rest: `on ${device}` };
    case 'totp.disabled':
      return { what: 'Two-factor turned off', rest: `on ${device}` };
    case 'recovery_code.used':
      return { what: 'Recovery code used', rest: `on ${device}` };
    case 'recovery_codes.replaced':
      return { what: 'New recovery codes made', rest: `on ${device}` };
    case 'device.labelled':
      return { what: 'Device renamed', rest: `now ${device}` };
  }
}
