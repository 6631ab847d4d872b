/** Servers that launchd runs besides ours, and what is in our way. */
@NullMarked
package dev.aiserver.agent;

import org.jspecify.annotations.NullMarked;
