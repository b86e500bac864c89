import { expect, test } from 'vitest';
import { embedOf } from './webchat-embed';

test('a web chat is embedded from where its webhook is', () => {
  const here = 'http://localhost:8080';
  expect(embedOf('https://inbox.example/hooks/webchat/k3y', here)).toEqual({
    origin: 'https://inbox.example',
    key: 'k3y',
  });
  expect(embedOf('/hooks/webchat/k3y', here)).toEqual({ origin: here, key: 'k3y' });
});
