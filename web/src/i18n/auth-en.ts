export const en = {
  signIn: 'Sign in',
  signInTitle: 'Sign in to Bandeja',
  signInHelp: 'One inbox for every channel.',
  email: 'E-mail',
  password: 'Password',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  setupTitle: 'Welcome to Bandeja',
  setupHelp: 'Create the first owner. Everything else can be changed later.',
  workspaceName: 'Name of your organization',
  workspacePlaceholder: 'Quito Store',
  yourName: 'Your name',
  passwordHelp: 'At least 10 characters.',
  timezone: 'Time zone',
  timezoneHelp: 'Times are shown in it to everybody.',
  create: 'Create and start',
  signingIn: 'Signing in…',
  creating: 'Creating…',
  or: 'or',
  signInWith: (name: string) => `Sign in with ${name}`,
  ownersOnly: 'Owners can also sign in with a password.',
  withPassword: 'Sign in with a password',
  passwordChanged: 'The password is changed. Sign in with it.',
  backToSignIn: 'Back to sign in',
  problemTitle: 'That didn’t work',
  problems: {
    sso_failed: 'Signing in with the provider failed. Try again.',
    sso_unavailable: 'The sign-in provider can’t be reached right now. Try again shortly.',
    sso_unverified: 'The sign-in provider hasn’t verified your e-mail address.',
    sso_unknown: 'There is no account for you here. Ask an owner to invite you.',
    sso_only: 'Here only owners sign in with a password. Use single sign-on.',
    throttled: 'Too many attempts. Try again in a moment.',
    other: 'Signing in didn’t work. Try again.',
  },
  // The second step
  secondTitle: 'One more step',
  secondHelp: 'Enter the code that your authenticator app shows.',
  recoveryHelp: 'Enter one of your recovery codes. Each works once.',
  code: 'Code',
  recoveryCode: 'Recovery code',
  useRecovery: 'Use a recovery code',
  useApp: 'Use the authenticator app',
  continue: 'Continue',
  otherAccount: 'Use another account',
  // A forgotten password
  forgot: 'Forgot your password?',
  forgotTitle: 'Forgot your password?',
  forgotHelp: 'A link to choose a new one comes by mail.',
  sendLink: 'Send link',
  sending: 'Sending…',
  sentTitle: 'Look into your mailbox',
  sentHelp: (email: string) =>
    `If there is an account for ${email}, a link is on its way. It works for an hour.`,
  noMailHelp: 'This server sends no mail. Ask whoever runs it to set a new password for you.',
  resetTitle: 'Choose a new password',
  resetHelp:
    'You are then signed out wherever you were signed in, and your API tokens stop working.',
  newPassword: 'New password',
  savePassword: 'Save password',
  saving: 'Saving…',
  linkTitle: 'This link doesn’t work',
  newLink: 'Ask for a new link',
  // An invitation
  joinTitle: (workspace: string) => `Join ${workspace}`,
  joinHelp: (inviter: string, role: string) => `${inviter} invites you as ${role}.`,
  joinRoles: { owner: 'an owner', manager: 'a manager', agent: 'an agent' },
  joinKnown: 'You have an account with this e-mail. Its password is all it takes.',
  join: 'Join',
  joining: 'Joining…',
};

type Widen<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { [K in keyof T]: Widen<T[K]> };
export type AuthTexts = Widen<typeof en>;
export default en as AuthTexts;
