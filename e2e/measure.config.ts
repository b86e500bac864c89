import { defineConfig } from '@playwright/test';
import config, { chromium } from './playwright.config.ts';

// make bench-browser: what a browser measures on a large installation.
export default defineConfig(config, {
  testMatch: 'measure.ts',
  timeout: 900_000,
  workers: 1,
  use: { trace: 'off', launchOptions: chromium },
});
