export declare const RUNTIME_FLAGS: readonly string[];
export declare function runtimeEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
