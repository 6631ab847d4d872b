@NullMarked
package dev.aiserver.host.ssh;

import org.jspecify.annotations.NullMarked;
