export {
  claimedHead,
  isOrigin,
  type OpenedCheckpoint,
  openCheckpoint,
  signCheckpoint,
  type TreeHead,
} from "./checkpoint.ts";
export { type Disclosure, digestAt, disclose, isBehind, isDisclosed } from "./disclosure.ts";
export { ndjsonExporter } from "./export/ndjson.ts";
export { type OpenTelemetryApi, type OpenTelemetryOptions, openTelemetryExporter } from "./export/opentelemetry.ts";
export {
  durationBuckets,
  type PrometheusExporter,
  type PrometheusOptions,
  prometheusExporter,
} from "./export/prometheus.ts";
export { type Exporter, type TeeOptions, tee } from "./export/tee.ts";
export { type Hash, type Hasher, hasherOver, portableHasher } from "./hasher.ts";
export { KeyError, type KeyPair, keyPairOf, type Signer, signerOf, type Verifier, verifierOf } from "./keys.ts";
export { type Note, type NoteSignature, type OpenedNote, openNote, readNote, signNote } from "./note.ts";
export {
  type ConsistencyProof,
  type InclusionProof,
  type NodeHash,
  proveConsistency,
  proveInclusion,
  verifyConsistency,
  verifyInclusion,
} from "./proofs.ts";
export { matcher, type Query } from "./query.ts";
export { recordLine, recordOf } from "./record-line.ts";
export { type RecordProof, readProof, writeProof } from "./record-proof.ts";
export {
  type ChangeGroup,
  operationText,
  Replay,
  type ReplayMemory,
  type ReplayOptions,
  type ReplayPolicy,
  type ReplayReport,
  type WhyNot,
  whyNot,
} from "./replay.ts";
export { fullTiles, partialTiles, type Tile, tileAt, tileOfNode, tilePath } from "./tiles.ts";
export { CompactTree, foldRight, type LeafRange, type NodeId, nodesOf } from "./tree.ts";
export { extraBytes, type ProofExtra, type ProofVerdict, verifyProof } from "./verify-proof.ts";
