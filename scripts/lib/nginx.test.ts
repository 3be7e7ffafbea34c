import { afterEach, expect, test, vi } from 'vitest';
import { ensureNginx, findNginx } from './nginx.mjs';

afterEach(() => vi.unstubAllEnvs());

test('the nginx that NGINX names is taken as it is', () => {
  vi.stubEnv('NGINX', process.execPath);
  expect(findNginx()).toBe(process.execPath);
  expect(ensureNginx()).toBe(process.execPath);
});

test('a wrong name is an error that says what to do', () => {
  vi.stubEnv('NGINX', '/no/such/nginx');
  expect(ensureNginx).toThrow('NGINX is "/no/such/nginx", which is no program; name an nginx or unset it');
});
