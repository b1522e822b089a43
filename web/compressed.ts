import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const WORTHWHILE = /^assets\/.*\.(css|js|json|svg)$/;
const SUFFIXES = { br: brotli, gz: (content: Uint8Array) => gzipSync(content, { level: 9 }) };

/** Puts a compressed copy beside each file that it makes shorter, so that the service has nothing to do but send it. */
export function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const file of Object.values(bundle).filter((file) => WORTHWHILE.test(file.fileName))) {
          const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
          for (const [suffix, compress] of Object.entries(SUFFIXES)) {
            const source = compress(content);
            if (source.length < content.length) {
              this.emitFile({ type: "asset", fileName: `${file.fileName}.${suffix}`, source });
            }
          }
        }
      },
    },
  };
}

function brotli(content: Uint8Array): Uint8Array {
  return brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
}
