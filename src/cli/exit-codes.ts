/** The exit codes, a contract: scripts depend on them. */

export const EXIT = {
  ok: 0,
  failed: 1,
  /** The command did its work and found something: a plan with changes, a trace with problems, a drill past its target. */
  findings: 2,
  usage: 64,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
