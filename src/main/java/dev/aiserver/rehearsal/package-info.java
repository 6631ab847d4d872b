@NullMarked
package dev.aiserver.rehearsal;

import org.jspecify.annotations.NullMarked;
