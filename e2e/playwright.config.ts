import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

// Debian's Chromium. The switches keep it from calling home; the tests talk to
// loopback alone.
export const chromium = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // A microphone that hums, granted to whoever asks.
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
  ],
};

// The same program without its windows, where Debian has it: a test takes two thirds of the time.
const shell = '/usr/bin/chromium-headless-shell';
const quick = process.env.CHROMIUM || !existsSync(shell) ? chromium : { ...chromium, executablePath: shell };

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  // Where nobody looks on, a machine that stood still for a while is no reason to fail; what
  // failed and passed at the second attempt is told at the end as flaky, with its page.
  retries: process.env.CI ? 2 : 0,
  fullyParallel: false,
  workers: 2,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [['list'], ['./failed-page.ts']],
  use: {
    browserName: 'chromium',
    launchOptions: quick,
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    // It takes a quarter of the time, and nobody looks at it where tests run unattended.
    trace: process.env.CI ? 'off' : 'retain-on-failure',
  },
});
