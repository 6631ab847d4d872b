@NullMarked
package dev.aiserver.rehearsal.model;

import org.jspecify.annotations.NullMarked;
