// Fuses: switches in the runtime's binary that nobody can turn on again from outside.
import { FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';

/**
 * The switches, for a platform. The archive's integrity is checked by Electron on macOS and Windows only.
 * @param {string} platform as in process.platform
 * @returns {Record<number, boolean>}
 */
export function wantedFuses(platform) {
  return {
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: platform !== 'linux',
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  };
}

/**
 * Sets those that the runtime has: Electron before 29 lacks the last one.
 * @param {string} program its own copy: a binary that shares its bytes with the runtime of the set-up would change that, too
 * @param {string} platform
 */
export async function setFuses(program, platform) {
  const present = await getCurrentFuseWire(program);
  const wanted = Object.fromEntries(Object.entries(wantedFuses(platform)).filter(([fuse]) => fuse in present));
  await flipFuses(program, { version: FuseVersion.V1, resetAdHocDarwinSignature: platform === 'darwin', ...wanted });
}
