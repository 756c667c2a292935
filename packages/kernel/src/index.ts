export { makeKernel } from "./make-kernel.ts";
