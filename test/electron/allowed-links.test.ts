import { expect, test } from 'vitest';
import { isAllowedLink } from '../../electron/allowed-links.ts';

test.each([
  'https://arxiv.org/abs/1706.03762',
  'https://doi.org/10.1145/1',
  'http://127.0.0.1:8000/docs',
  'http://localhost:8000/openapi.json',
  'http://[::1]:9000/docs',
  'https://127.0.0.1:8000/docs',
])('%s may open in the browser', (url) => {
  expect(isAllowedLink(url)).toBe(true);
});

test.each([
  'https://example.com/',
  'https://arxiv.org.example.com/',
  'https://arxiv.org:8443/',
  'https://user:word@arxiv.org/',
  'http://arxiv.org/',
  'http://192.168.1.2:8000/docs',
  'http://127.0.0.1.example.com/',
  'file:///etc/passwd',
  'smb://host/share',
  '\\\\host\\share',
  'javascript:alert(1)',
  'data:text/html,x',
  'ms-msdt:/id PCWDiagnostic',
  'vscode://file/etc/passwd',
  'mailto:someone@example.com',
  '',
])('%s may not', (url) => {
  expect(isAllowedLink(url)).toBe(false);
});
