@NullMarked
package dev.aiserver.rehearsal.launchd;

import org.jspecify.annotations.NullMarked;
