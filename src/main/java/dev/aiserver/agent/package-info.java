/** Finds other servers that launchd runs, and what conflicts with ours. */
@NullMarked
package dev.aiserver.agent;

import org.jspecify.annotations.NullMarked;
