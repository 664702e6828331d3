// How the runtime is started, wherever a station or a command starts. Plain JavaScript: the launcher reads it too.

/** @type {readonly string[]} */
export const RUNTIME_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  // Vectors of shares lie outside the JavaScript heap. By default V8 collects garbage whenever 64 MB of them were made,
  // although they are given back by hand: these two leave a quarter more of the processor to the work itself.
  '--max-semi-space-size=64',
  '--external-memory-accounted-in-global-limit',
];
