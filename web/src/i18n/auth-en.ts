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
};
type Texts = { [K in keyof typeof en]: string };
export default en as Texts;
export type AuthTexts = Texts;
