export { type FolderApprovalsOptions, folderApprovals } from "./folder-approvals.ts";
