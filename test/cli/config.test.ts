import { afterAll, beforeAll, expect, test } from 'vitest';
import { configText, emptyProgram, run, testProject } from './support.ts';
import type { TestProject } from './support.ts';

let project: TestProject;
beforeAll(() => {
  project = testProject({
    ...emptyProgram,
    'skewless.config.ts': configText(
      "{ history: { url: 'postgres://u:hush@h/d' }, serve: { token: 'hush', http: { port: 80 } } }",
    ),
  });
});
afterAll(() => project.remove());

test('config prints what takes effect, what the environment set, and no secret', async () => {
  const { code, stdout, stderr } = await run(['config', '--root', project.root], {
    SKEWLESS_HTTP_PORT: '9090',
  });
  expect(code).toBe(0);
  expect(stdout).toContain('serve.http.port = 9090  # SKEWLESS_HTTP_PORT');
  expect(stdout).toContain('history.url = "postgres://u:***@h/d"');
  expect(stdout).toContain('state.checkpointEvery = "30s"');
  expect(stdout + stderr).not.toContain('hush');
  expect(stderr).toContain("nothing feeds the source 'views'");
});

test('config --json is JSON', async () => {
  const { stdout } = await run(['config', '--root', project.root, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ serve: { http: { port: 80 }, token: '***' } });
});

test('what is wrong is told at once, without a stack; --debug shows it', async () => {
  project.write('wrong.config.ts', configText("{ prot: 1, files: { veiws: { path: 'a.csv' } } } as object"));
  const command = ['config', '--root', project.root, '--config', 'wrong.config.ts'];
  const [plain, debug] = await Promise.all([run(command), run([...command, '--debug'])]);
  expect(plain.code).toBe(1);
  expect(plain.stderr).toBe(
    'wrong.config.ts has a problem:\n  prot: there is no such key; did you mean serve.http.port or serve.tcp.port?\n',
  );
  expect(debug.stderr).toMatch(/^ {4}at /m);
  project.write('wrong.config.ts', configText("{ files: { veiws: { path: 'a.csv' } } }"));
  expect((await run(command)).stderr).toContain(
    "files.veiws: the program has no source 'veiws'; did you mean 'views'?",
  );
});
