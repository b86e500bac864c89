import { defineConfig } from '@playwright/test';
import config, { chromium } from './playwright.config.ts';

// make screenshots: a picture of every screen, in ../screenshots.
export default defineConfig(config, {
  testMatch: 'screenshots.ts',
  timeout: 300_000,
  fullyParallel: true,
  use: { trace: 'off', launchOptions: chromium },
});
