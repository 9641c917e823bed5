// What no import may do anywhere. Which room may import which is in test/architecture.test.ts.
/** @type {import('dependency-cruiser').IConfiguration & { forbidden: import('dependency-cruiser').IForbiddenRuleType[] }} */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unknown-modules', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '[.](css|svg|png)$' } },
    { name: 'no-tests-in-the-product', severity: 'error', from: {}, to: { path: '^(test|scripts|bench)/' } },
    {
      name: 'one-room-of-the-engine-for-the-window',
      severity: 'error',
      from: { path: '^(renderer|electron)/' },
      to: { path: '^engine/', pathNot: '^engine/contract/' },
    },
    { name: 'no-window-in-the-engine', severity: 'error', from: { path: '^engine/' }, to: { path: '^(renderer|electron)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
