export {
  claimedHead,
  isOrigin,
  type OpenedCheckpoint,
  openCheckpoint,
  signCheckpoint,
  type TreeHead,
} from "./checkpoint.ts";
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
export { recordLine, recordOf } from "./record-line.ts";
export { type RecordProof, readProof, writeProof } from "./record-proof.ts";
export { fullTiles, partialTiles, type Tile, tileAt, tileOfNode, tilePath } from "./tiles.ts";
export { CompactTree, foldRight, type LeafRange, type NodeId, nodesOf } from "./tree.ts";
